"""How late the event loop is: the honest gauge of screen and engine sharing it."""

from __future__ import annotations

import asyncio
from collections import deque

from polyterm.engine.clock import Clock
from polyterm.engine.desk import ASLEEP_S, Gate, asleep

_EVERY_S = 0.05
_KEPT = 200


class LoopLag:
    """Delay of a short timer beyond what was asked, over the last ten seconds."""

    def __init__(self, clock: Clock, gate: Gate) -> None:
        self._clock = clock
        self._gate = gate
        self._delays_ms: deque[float] = deque(maxlen=_KEPT)

    @property
    def p99_ms(self) -> float:
        """99th percentile of the delay, milliseconds."""
        if not self._delays_ms:
            return 0.0
        ordered = sorted(self._delays_ms)
        return ordered[min(int(len(ordered) * 0.99), len(ordered) - 1)]

    async def run(self) -> None:
        """Measure until cancelled."""
        while True:
            before = self._clock.monotonic()
            await asyncio.sleep(_EVERY_S)
            late_s = self._clock.monotonic() - before - _EVERY_S
            self._delays_ms.append(max(late_s * 1000, 0.0))
            self._note_turn(late_s)

    def _note_turn(self, late_s: float) -> None:
        """Tell the gate that the loop turns; a long sleep stays told until all was compared."""
        if late_s > ASLEEP_S:
            self._gate.not_ready = asleep(late_s)
        self._gate.turned_s = self._clock.monotonic()
