"""A port with a stopwatch: what its calls took, and what went wrong in them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

from polyterm.engine.clock import Clock
from polyterm.engine.metrics import Metrics
from polyterm.engine.ports import (
    AnswerError,
    CancelReport,
    ExchangeError,
    Outcome,
    SendReport,
    UnreachableError,
)
from polyterm.engine.store import StoreError

Port = TypeVar("Port")

EXCHANGE_HOPS = {
    "sign": "sign",
    "send": "send",
    "cancel": "cancel",
    "cancel_all": "cancel",
    "heartbeat": "heartbeat",
    "server_time_ms": "ping",
    "book": "read book",
    "open_orders": "read orders",
    "order": "read orders",
    "trades": "read trades",
    "cash": "read balance",
    "holding": "read balance",
    "list_markets": "read markets",
    "search_markets": "read markets",
    "market_by_slug": "read markets",
    "market_by_token": "read markets",
}
"""Which calls of an exchange are timed, and under which name."""
STORE_HOPS = {"commit": "journal"}


def measured(port: Port, hops: dict[str, str], metrics: Metrics, clock: Clock) -> Port:
    """The same port, its listed calls timed; everything else passes as it is."""
    return cast("Port", _Measured(port, hops, metrics, clock))


class _Measured:
    def __init__(self, port: object, hops: dict[str, str], metrics: Metrics, clock: Clock) -> None:
        self._port = port
        self._metrics = metrics
        self._clock = clock
        self._hops = hops

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        hop = self._hops.get(name)
        return found if hop is None else self._timed(found, hop)

    def _timed(
        self, call: Callable[..., Awaitable[object]], hop: str
    ) -> Callable[..., Awaitable[object]]:
        async def timed(*args: object, **kwargs: object) -> object:
            started = self._clock.monotonic()
            try:
                answer = await call(*args, **kwargs)
            except (ExchangeError, StoreError) as error:
                self._metrics.errors.add(hop, _class_of(error))
                raise
            finally:
                self._metrics.calls.note(self._clock.monotonic() - started, hop)
            if isinstance(answer, SendReport | CancelReport):
                self._note_outcome(hop, answer.outcome)
            return answer

        return timed

    def _note_outcome(self, hop: str, outcome: Outcome) -> None:
        if outcome is not Outcome.ACCEPTED:
            self._metrics.errors.add(hop, outcome.value.lower())


def _class_of(error: Exception) -> str:
    match error:
        case UnreachableError():
            return "unreachable"
        case AnswerError():
            return f"http_{error.status}"
        case StoreError():
            return "store"
        case _:
            return "other"
