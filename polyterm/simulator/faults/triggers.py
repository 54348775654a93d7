"""Whose turn it is: counts requests, draws lots, and keeps to how often a fault may fire."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from polyterm.simulator.faults.plan import AnyFault


@dataclass(slots=True, eq=False)
class Trigger:
    """One fault of a plan, and what has become of it so far."""

    fault: AnyFault
    index: int
    random: Random
    start_ms: int
    """When the plan was given, by the true clock."""
    seen: int = 0
    fired: int = 0
    retired: bool = False

    @property
    def may_fire(self) -> bool:
        """Whether it has firings left."""
        return not self.retired and (self._most is None or self.fired < self._most)

    @property
    def due_ms(self) -> int | None:
        """The next time at which it fires; nothing where that is for requests to decide."""
        at = self.fault.at
        if at.t is None or not self.may_fire:
            return None
        return self.start_ms + round((at.t + self.fired * (at.every or 0)) * 1000)

    def meets(self, method: str, path: str, now_ms: int) -> bool:
        """Count a request, and say whether to fire at it."""
        seconds = (now_ms - self.start_ms) / 1000
        if not self.may_fire or not self.fault.at.covers(method, path, seconds):
            return False
        self.seen += 1
        return self._is_turn()

    @property
    def _most(self) -> int | None:
        at = self.fault.at
        has_no_end = at.every is not None or at.p is not None
        return self.fault.times or (None if has_no_end else 1)

    def _is_turn(self) -> bool:
        at = self.fault.at
        if at.p is not None:
            return self.random.random() < at.p
        if at.every is not None:
            return self.seen % int(at.every) == 0
        return self.seen >= (at.nth or 1)
