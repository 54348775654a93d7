"""Levels behind an observed best quote: ours to model, by a stated rule."""

from __future__ import annotations

from polyterm.models.book import Level
from polyterm.models.enums import Side
from polyterm.models.money import SIZE_STEP, UNIT, Price, Size, floor_to
from polyterm.models.tick import on_tick

LEVELS = 10
DECAY_PERCENT = 93
"""Each level against the one before it. The best level then holds 0.136 of ten levels, where the
median of 546 markets is 0.137 (`execution.md` 5)."""
SMALLEST: Size = UNIT
MEMORY = 16
"""The touch's average follows a change by one part in this many a row."""
RULE = (
    f"Behind the best, levels follow tick by tick to {LEVELS} a side. A price that was the best "
    "keeps the size last seen there; any other gets the side's running average at the touch "
    f"(1/{MEMORY} a row), times {DECAY_PERCENT} % a level, and keeps it while it is in sight."
)


class SideDepth:
    """One side of a book, made from its best level row by row; deterministic."""

    def __init__(self, side: Side) -> None:
        self._step = -side.sign
        self._known: dict[Price, Size] = {}
        self._average: Size = 0

    def behind(self, best: Level | None, tick: Price) -> tuple[Level, ...]:
        """The side with its observed best and modelled levels behind; empty without a best."""
        if best is None:
            self._known = {}
            return ()
        self._average += (best.size - self._average) // MEMORY if self._average else best.size
        levels = [best]
        for distance in range(1, LEVELS):
            price = best.price + self._step * distance * tick
            if not on_tick(price, tick):
                break
            levels.append(Level(price, self._known.get(price) or self._modelled(distance)))
        self._known = dict(levels)
        return tuple(levels)

    def _modelled(self, distance: int) -> Size:
        size = self._average * DECAY_PERCENT**distance // 100**distance
        return max(floor_to(size, SIZE_STEP), SMALLEST)
