"""A plan over time: slices of random size and opening, the same ones at every look."""

from __future__ import annotations

from dataclasses import dataclass

from polyterm.models.money import SIZE_STEP, Size, floor_to

_OPENING = 0.3
"""A slice opens at a random moment in this first part of its time."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How many shares should be filled by when; times are epoch milliseconds."""

    size: Size
    starts_ms: int
    slice_ms: int
    count: int
    variation: float
    """0.2 moves the end of a slice's size by up to 20 % of a plain slice, either way."""
    seed: int

    def number(self, now_ms: int) -> int:
        """The slice of that time, from 0; the last one never ends."""
        passed = max(now_ms - self.starts_ms, 0)
        return min(passed // self.slice_ms, self.count - 1)

    def start_ms(self, number: int) -> int:
        """When a slice begins."""
        return self.starts_ms + number * self.slice_ms

    def opens_ms(self, number: int) -> int:
        """When its child may first be shown."""
        return self.start_ms(number) + int(self._chance(number, 1) * _OPENING * self.slice_ms)

    def due(self, number: int) -> Size:
        """Shares that should be filled when the slice ends."""
        if number < 0:
            return 0
        if number >= self.count - 1:
            return self.size
        swing = (2 * self._chance(number, 0) - 1) * self.variation
        return floor_to(int(self.size * (number + 1 + swing) / self.count), SIZE_STEP)

    def _chance(self, number: int, which: int) -> float:
        return _mixed(self.seed << 16 | number << 1 | which) / 2**64


def _mixed(number: int) -> int:
    """Sixty-four bits that look like chance: the finisher of SplitMix64, quicker than a source."""
    mixed = (number + 1) * 0x9E3779B97F4A7C15 & _BITS
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & _BITS
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & _BITS
    return mixed ^ mixed >> 31


_BITS = 2**64 - 1
