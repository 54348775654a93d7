"""One asset's balance against the fills that move it: a stale reading never undoes a newer fill.

The exchange's balance moves when a trade is mined, which is before we hear that it is final, and an
index behind it may lag by minutes. So no time says which fills a reading holds: its amount does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from polyterm.models.enums import TradeStatus
from polyterm.models.ids import ChildId, TradeId

Key = tuple[TradeId, ChildId]

BELIEVED_AFTER_MS = 45_000
"""A reading that differs from all that the fills explain is believed after so long: an index that
lags has caught up by then, and what is still different was moved by somebody else."""
_MOST_TRIED = 10
"""Unsettled fills of which every combination is tried; of more, all or none."""


@dataclass(frozen=True, slots=True)
class Movement:
    """What one fill does to the asset."""

    key: Key
    amount: int
    """Positive where the balance grows."""
    status: TradeStatus
    settled_ms: int | None

    @property
    def has_failed(self) -> bool:
        """Whether the chain reversed it, or never did it."""
        return self.status is TradeStatus.FAILED

    def reversed(self) -> Movement:
        """The same, the other way."""
        return replace(self, amount=-self.amount)


@dataclass(slots=True)
class Balance:
    """The last reading that fits the fills, and the latest."""

    agreed: int = 0
    asked_ms: int = 0
    """When the agreed reading was asked for."""
    latest: int = 0
    read_ms: int = 0
    """When the latest reading was asked for."""
    seen: set[Key] = field(default_factory=set[Key])
    """Fills that the agreed reading holds."""
    is_known: bool = False
    disputed_ms: int | None = None
    """Since when readings do not fit the fills."""

    @property
    def safe(self) -> int:
        """What may be relied on to be there: a reading in dispute counts where it is the lower."""
        return min(self.agreed, self.latest)

    def unseen(self, movements: Iterable[Movement]) -> list[Movement]:
        """What moves the asset and is not in the agreed reading.

        A failed fill moves nothing, unless the reading holds it: then it moves back.
        """
        return [
            movement.reversed() if movement.has_failed else movement
            for movement in movements
            if (movement.key in self.seen) is movement.has_failed
        ]

    def read(self, value: int, asked_ms: int, movements: Sequence[Movement]) -> bool:
        """Take in a reading; whether one was believed that the fills do not explain."""
        self.latest, self.read_ms = value, asked_ms
        unseen = self.unseen(movements)
        due = [m for m in unseen if m.settled_ms is not None and m.settled_ms < asked_ms]
        if not self.is_known:
            self._agree(value, asked_ms, due)
            self.is_known = True
            return False
        open_ones = [movement for movement in unseen if movement not in due]
        explained = _explaining(value - self.agreed - _sum(due), open_ones)
        if explained is not None:
            self._agree(value, asked_ms, [*due, *explained])
            return False
        self.disputed_ms = asked_ms if self.disputed_ms is None else self.disputed_ms
        if asked_ms - self.disputed_ms < BELIEVED_AFTER_MS:
            return False
        self._agree(value, asked_ms, due)
        return True

    def _agree(self, value: int, asked_ms: int, seen: Iterable[Movement]) -> None:
        self.agreed, self.asked_ms, self.disputed_ms = value, asked_ms, None
        for movement in seen:
            change = self.seen.discard if movement.has_failed else self.seen.add
            change(movement.key)


def _explaining(difference: int, movements: Sequence[Movement]) -> tuple[Movement, ...] | None:
    """Which of the unsettled fills make up the difference, the fewest first; nothing where none."""
    for subset in _subsets(movements):
        if _sum(subset) == difference:
            return subset
    return None


def _subsets(movements: Sequence[Movement]) -> Iterable[tuple[Movement, ...]]:
    if len(movements) > _MOST_TRIED:
        return ((), tuple(movements))
    sizes = range(len(movements) + 1)
    return (subset for size in sizes for subset in combinations(movements, size))


def _sum(movements: Iterable[Movement]) -> int:
    return sum(movement.amount for movement in movements)
