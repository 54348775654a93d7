"""Reads that are answered by a copy which has not caught up."""

from __future__ import annotations

from copy import copy, deepcopy
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.types import ASGIApp

from polyterm.simulator.clock import Clock
from polyterm.simulator.faults.record import Firing
from polyterm.simulator.local_exchange import LocalExchange
from polyterm.simulator.refusals import RefusalError
from polyterm.simulator.web.account_routes import AccountRoutes
from polyterm.simulator.web.answers import refusal_answer
from polyterm.simulator.web.data_routes import DataRoutes
from polyterm.simulator.web.doorman import Doorman
from polyterm.simulator.web.record_routes import RecordRoutes

_RECORDS = ("/data/", "/balance-allowance", "/positions", "/trades")


@dataclass(frozen=True, slots=True)
class _Lag:
    app: ASGIApp
    until_ms: int
    firing: Firing


class LaggingReads:
    """Copies of the records as they were when the lag began."""

    def __init__(self, exchange: LocalExchange, clock: Clock) -> None:
        self._exchange = exchange
        self._clock = clock
        self._lags: list[_Lag] = []

    @property
    def is_current(self) -> bool:
        """Whether every read shows what is."""
        now_ms = self._clock.now_ms()
        self._lags = [lag for lag in self._lags if now_ms < lag.until_ms]
        return not self._lags

    def add(self, seconds: float, firing: Firing, *, lose_orders: bool) -> None:
        """Stand still for some seconds; with `lose_orders`, know of no order in that time."""
        until_ms = self._clock.now_ms() + round(seconds * 1000)
        copied = _copy_of_records(self._exchange, lose_orders=lose_orders)
        self._lags.append(_Lag(_reading(copied, self._exchange), until_ms, firing))

    def clear(self) -> None:
        """Catch up."""
        self._lags.clear()

    def reader(self, method: str, path: str) -> ASGIApp | None:
        """Who answers a read instead of the exchange, where anybody does: the latest copy."""
        if method != "GET" or not path.startswith(_RECORDS) or self.is_current:
            return None
        lag = self._lags[-1]
        lag.firing.hit()
        return lag.app


def _reading(copied: LocalExchange, exchange: LocalExchange) -> ASGIApp:
    doorman = Doorman(exchange)
    groups = (RecordRoutes(copied, doorman), AccountRoutes(copied, doorman), DataRoutes(copied))
    return Starlette(
        routes=[route for group in groups for route in group.routes()],
        exception_handlers={RefusalError: refusal_answer},
    )


def _copy_of_records(exchange: LocalExchange, *, lose_orders: bool) -> LocalExchange:
    """The same exchange, but for its orders, trades and accounts: those stay as they are now."""
    copied = copy(exchange)
    copied.desk, copied.execution = copy(exchange.desk), copy(exchange.execution)
    # In one go: orders, trades and accounts hold each other.
    records = (exchange.desk.orders, exchange.execution.trades, exchange.accounts)
    orders, copied.execution.trades, copied.accounts = deepcopy(records)
    copied.desk.orders = {} if lose_orders else orders
    return copied
