"""Where an engine is made to die: at a call of one of its ports, or on the wire below them."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import httpx

from polyterm.engine.records import Batch
from polyterm.models.events import StopState

Port = TypeVar("Port")


@dataclass(frozen=True, slots=True)
class AtCall:
    """A call of the exchange or of the store."""

    call: str
    is_after: bool = False
    nth: int = 1
    """How many such calls it takes."""
    holds: Callable[[Batch], bool] | None = None
    """What one of the batches to commit must be."""


@dataclass(frozen=True, slots=True)
class OnWire:
    """A step of the request that places an order, by the name that httpcore traces it under."""

    step: str


def _has_child(batch: Batch) -> bool:
    return batch.new_child is not None


def _has_fill(batch: Batch) -> bool:
    return bool(batch.fills)


def _is_stop(batch: Batch) -> bool:
    return batch.stop is StopState.STOPPING


POINTS: Mapping[str, AtCall | OnWire] = {
    "before sign": AtCall("sign"),
    "after sign": AtCall("sign", is_after=True),
    "before commit": AtCall("commit", holds=_has_child),
    "after commit": AtCall("commit", is_after=True, holds=_has_child),
    "before send": AtCall("send"),
    "connect": OnWire("connection.connect_tcp.started"),
    "after send, before the reply": OnWire("http11.send_request_body.complete"),
    "after the reply, before it is recorded": AtCall("send", is_after=True),
    "before a fill is recorded": AtCall("commit", holds=_has_fill),
    "after a fill is recorded": AtCall("commit", is_after=True, holds=_has_fill),
    "before cancel": AtCall("cancel"),
    "after cancel, before its proof": AtCall("cancel", is_after=True),
    "replace, between cancel and place": AtCall("sign", nth=2),
    "stop, after STOPPING was written": AtCall("commit", is_after=True, holds=_is_stop),
    "stop, after the cancel of all": AtCall("cancel_all", is_after=True),
    "recovery, before reading orders": AtCall("open_orders"),
    "recovery, after reading trades": AtCall("trades", is_after=True),
    "backup, before it is in place": AtCall("fault_of", is_after=True),
}


class Deadly:
    """A port that ends its process at one call; every other call passes as it is."""

    def __init__(self, port: object, name: str) -> None:
        self._port = port
        self._name = name
        self._point = POINTS[name]
        self._calls = 0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        point = self._point
        if not isinstance(point, AtCall) or point.call != name:
            return found

        async def call(*args: Any) -> Any:
            if not self._is_now(point, args):
                return await found(*args)
            if point.is_after:
                await found(*args)
            return die(self._name)

        return call

    def _is_now(self, point: AtCall, args: tuple[Any, ...]) -> bool:
        if point.holds is not None and not any(map(point.holds, args[0])):
            return False
        self._calls += 1
        return self._calls == point.nth


def deadly(port: Port, name: str | None) -> Port:
    """The same port, deadly where a point is named."""
    return port if name is None else cast("Port", Deadly(port, name))


class DeadlyWire(httpx.AsyncHTTPTransport):
    """Connects anew for every request, and ends the process at one step of placing an order."""

    def __init__(self, name: str, step: str) -> None:
        super().__init__(trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))
        self._name = name
        self._step = step

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if (request.method, request.url.path) == ("POST", "/order"):
            request.extensions = {**request.extensions, "trace": self._look}
        return await super().handle_async_request(request)

    async def _look(self, step: str, _: object) -> None:
        if step == self._step:
            die(self._name)


def die(name: str) -> None:
    """Say which point was reached, and end as nobody can prepare for."""
    sys.stdout.write(name)
    sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGKILL)
