"""Whether the exchange answers, and what follows from it: hold, come back, compare, go on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from polyterm.engine.desk import Desk
from polyterm.engine.ports import ExchangeError
from polyterm.engine.reconciliation import Reconciler
from polyterm.models.events import ExchangeChanged

_log = logging.getLogger(__name__)

PING_EVERY_S = 2.0
PING_PATIENCE_S = 3.0
_FIRST_RETRY_S = 0.5
_SLOWEST_RETRY_S = 10.0


class Link:
    """Connects, watches over the connection, and opens the gate only when all was compared."""

    def __init__(
        self,
        desk: Desk,
        reconciler: Reconciler,
        on_connected: Callable[[], Awaitable[None]],
        on_ready: Callable[[], Awaitable[None]],
    ) -> None:
        self._desk = desk
        self._reconciler = reconciler
        self._on_connected = on_connected
        self._on_ready = on_ready
        self._is_connected = False
        self._was_compared = False
        self._was_told = False
        self.is_up = False
        """Whether the last request was answered."""
        self.ready = asyncio.Event()
        """Set once the exchange was compared with the journal for the first time."""

    async def run(self) -> None:
        """Keep the link until cancelled."""
        pause = _FIRST_RETRY_S
        while True:
            problem = await self._try()
            self._show(problem)
            if problem:
                await asyncio.sleep(pause)
                pause = min(pause * 2, _SLOWEST_RETRY_S if not self.ready.is_set() else 2.0)
            else:
                await asyncio.sleep(PING_EVERY_S)
                pause = _FIRST_RETRY_S

    async def _try(self) -> str:
        """Connect, or ping, and compare after every gap; what is wrong, if anything is."""
        try:
            if not self._is_connected:
                await self._desk.exchange.connect()
                self._is_connected = True
                await self._on_connected()
            async with asyncio.timeout(PING_PATIENCE_S):
                await self._desk.exchange.server_time_ms()
            if not self._was_compared or self._desk.gate.not_ready:
                await self._compare()
        except TimeoutError:
            self._was_compared = False
            return f"no answer within {PING_PATIENCE_S:g} s"
        except ExchangeError as error:
            self._was_compared = False
            return str(error)
        return ""

    async def _compare(self) -> None:
        if self.ready.is_set():
            await self._reconciler.round(every=True)
        else:
            await self._reconciler.at_start()
        self._was_compared = True
        self._desk.gate.not_ready = ""
        if not self.ready.is_set():
            await self._on_ready()
            self.ready.set()

    def _show(self, problem: str) -> None:
        is_up = not problem
        if problem:
            self._desk.gate.not_ready = f"the exchange does not answer: {problem}"
        if is_up == self.is_up and (is_up or self._was_told):
            return
        self.is_up, self._was_told = is_up, True
        self._desk.journal.record(
            ExchangeChanged(
                at_ms=self._desk.clock.now_ms(), is_reachable=is_up, reason=problem or "answers"
            )
        )
        log = _log.info if is_up else _log.warning
        log("exchange %s: %s", "up" if is_up else "down", problem or "answers")
