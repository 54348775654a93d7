"""The local exchange as a server on loopback, and as a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import sys
from collections.abc import Callable, Generator
from importlib import import_module
from random import Random
from types import TracebackType
from typing import Self

import uvicorn

from polyterm.models.money import UNIT, Dollars
from polyterm.simulator.clock import Clock, WallClock
from polyterm.simulator.faults.droppable import DroppableHttp, DroppableWebSocket
from polyterm.simulator.faults.injector import FaultInjector
from polyterm.simulator.faults.plan import FaultPlan
from polyterm.simulator.faults.steered_clock import SteeredClock
from polyterm.simulator.flow_host import Flow
from polyterm.simulator.lifetime import ending
from polyterm.simulator.local_exchange import LocalExchange
from polyterm.simulator.rules import ExchangeRules
from polyterm.simulator.web.app import local_app

LOOPBACK = "127.0.0.1"
NO_FAULTS = FaultPlan()
GRACE_S = 1
"""How long open connections are waited for at the end."""


class ListenError(OSError):
    """Its address cannot be had; the message names it, and says why."""


class _Uvicorn(uvicorn.Server):
    """Leaves signals to whoever runs the process, says when it listens, and ends at once."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()
        self.ending = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    async def main_loop(self) -> None:
        await self.ending.wait()


class LocalExchangeServer:
    """Serves a local exchange, keeps its time and runs its flow, for as long as it is open."""

    def __init__(
        self,
        flow: Flow,
        *,
        host: str = LOOPBACK,
        port: int = 0,
        seed: int = 0,
        rules: ExchangeRules | None = None,
        clock: Clock | None = None,
        faults: FaultPlan = NO_FAULTS,
    ) -> None:
        self._flow = flow
        self._flow_random = Random(f"{seed}/flow")  # noqa: S311 - a simulation, not a secret
        self._address = (host, port)
        steered = SteeredClock(clock or WallClock())
        self.exchange = LocalExchange(
            clock=steered,
            random=Random(f"{seed}/exchange"),  # noqa: S311 - a simulation, not a secret
            rules=rules or ExchangeRules(),
        )
        self.faults = FaultInjector(faults, self.exchange, steered)
        self._uvicorn = _Uvicorn(
            uvicorn.Config(
                local_app(self.exchange, self.faults),
                http=DroppableHttp,
                ws=DroppableWebSocket,
                ws_ping_interval=None,
                lifespan="off",
                log_config=None,
                access_log=False,
                # Its text is renewed by the loop that is replaced above.
                date_header=False,
                timeout_graceful_shutdown=GRACE_S,
            )
        )
        self._tasks: list[asyncio.Task[None]] = []
        self.port = port
        """The port it is bound to, once open."""

    @property
    def url(self) -> str:
        """Base address of everything it serves."""
        return f"http://{self._address[0]}:{self.port}"

    async def __aenter__(self) -> Self:
        self._flow.open(self.exchange, self._flow_random)
        listener = _listener(self._address)
        self.port = listener.getsockname()[1]
        works = {
            "timetable": self.exchange.timetable.run(),
            "faults": self.faults.run(),
            "flow": self._flow.run(self.exchange, self._flow_random),
            "server": self._uvicorn.serve([listener]),
        }
        self._tasks = [
            asyncio.create_task(work, name=f"local exchange: {name}")
            for name, work in works.items()
        ]
        await self._uvicorn.listening.wait()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        *others, server = self._tasks
        for task in others:
            task.cancel()
        self._uvicorn.ending.set()
        results = await asyncio.gather(server, *others, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def run_until(self, end: asyncio.Event) -> None:
        """Go on until told to end, or until a part of it fails, which is raised at the exit."""
        waiting = asyncio.create_task(end.wait(), name="local exchange: end")
        pending: set[asyncio.Task[object]] = {waiting, *self._tasks}
        try:
            while not waiting.done():
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                if any(task.exception() for task in done):
                    return
        finally:
            waiting.cancel()


def _listener(address: tuple[str, int]) -> socket.socket:
    # The protocol must be named: the event loop turns delayed sending off for such sockets alone,
    # and without that every answer on a kept connection takes 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        host, port = address
        raise ListenError(f"{host}:{port}: {os.strerror(error.errno or 0)}") from error
    return listener


async def serve(
    server: LocalExchangeServer,
    end: asyncio.Event,
    ready: Callable[[LocalExchangeServer], None],
) -> None:
    """Open the server, say so, and keep it open until `end`."""
    async with server:
        ready(server)
        # What checks signatures takes a while to import: now, rather than at the first order.
        await asyncio.to_thread(import_module, "polyterm.simulator.eip712")
        await server.run_until(end)


def run_local_exchange(
    *,
    flow: Flow,
    host: str = LOOPBACK,
    port: int = 0,
    cash: Dollars = 10_000 * UNIT,
    seed: int = 0,
    watch_stdin: bool = False,
    venue: str = "demo",
    faults: FaultPlan = NO_FAULTS,
) -> int:
    """Serve until SIGTERM, SIGINT, or with `watch_stdin` the end of stdin; returns the exit code.

    Prints one line of JSON on stdout when it takes requests.
    """

    def ready(server: LocalExchangeServer) -> None:
        line = {
            "ready": True,
            "url": server.url,
            "port": server.port,
            "pid": os.getpid(),
            "venue": venue,
            "markets": len(server.exchange.markets),
        }
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()

    async def main() -> None:
        server = LocalExchangeServer(
            flow, host=host, port=port, seed=seed, rules=ExchangeRules(cash=cash), faults=faults
        )
        with ending(watch_stdin=watch_stdin) as end:
            await serve(server, end, ready)

    asyncio.run(main())
    return 0
