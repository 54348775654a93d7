"""What the local exchange has to do later, in order of time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count

from polyterm.simulator.clock import Clock

MAX_NAP_S = 1.0
"""Longest wait without looking at the clock, which may be moved."""


class Timetable:
    """Actions by due time; those of one instant happen in the order they were written down."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._numbers = count()
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._sooner = asyncio.Event()

    def at(self, due_ms: int, action: Callable[[], None]) -> None:
        """Do something at a time, or at the next chance after it."""
        if not self._heap or due_ms < self._heap[0][0]:
            self._sooner.set()
        heappush(self._heap, (due_ms, next(self._numbers), action))

    def run_due(self) -> None:
        """Do everything that is due by now."""
        now = self._clock.now_ms()
        while self._heap and self._heap[0][0] <= now:
            heappop(self._heap)[2]()

    async def run(self) -> None:
        """Keep time until cancelled."""
        while True:
            self.run_due()
            self._sooner.clear()
            try:
                async with asyncio.timeout(self._nap_s()):
                    await self._sooner.wait()
            except TimeoutError:
                continue

    def _nap_s(self) -> float:
        if not self._heap:
            return MAX_NAP_S
        wait_ms = self._heap[0][0] - self._clock.now_ms()
        return min(max(wait_ms, 0) / 1000, MAX_NAP_S)
