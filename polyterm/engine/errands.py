"""The engine's background tasks: owned, named, and kept alive."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from polyterm.engine.clock import Clock
from polyterm.engine.journal import Journal
from polyterm.models.events import Noticed

_log = logging.getLogger(__name__)

_PAUSE_S = 1.0


class Errands:
    """Runs errands until they end or are ended; a bug in one must not take the others with it."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._tasks: list[asyncio.Task[None]] = []

    def run(self, name: str, errand: Callable[[], Awaitable[None]]) -> None:
        """Begin an errand; it is begun again, loudly, where it fails."""
        self._tasks.append(asyncio.create_task(self._supervise(name, errand), name=name))

    async def end(self) -> None:
        """End all errands, the newest first."""
        for task in reversed(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _supervise(self, name: str, errand: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await errand()
                return
            except Exception:  # noqa: BLE001 - the supervisor: logged, told, and begun again
                _log.exception("%s failed", name)
                text = f"{name} failed inside polyterm and was started again, see the log"
                self._journal.record(Noticed(at_ms=self._clock.now_ms(), is_alarm=True, text=text))
                await asyncio.sleep(_PAUSE_S)
