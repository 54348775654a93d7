"""What an order would do, shown before it is accepted."""

from __future__ import annotations

import msgspec

from polyterm.models.enums import Side
from polyterm.models.money import Dollars, Price, Size

_SLACK = 10
"""A plan may last or weigh a tenth more or less before it counts as another one."""


class PlannedChild(msgspec.Struct, frozen=True, kw_only=True):
    """One child as it is meant; what is sent may differ by chance and by what the book does."""

    size: Size
    after_ms: int | None = None
    """Milliseconds after acceptance; nothing where it waits for the child before it."""


class PlanView(msgspec.Struct, frozen=True, kw_only=True):
    """The children an order would place, in words and numbers."""

    children: tuple[PlannedChild, ...]
    note: str
    """The plan in one line."""
    changes: tuple[str, ...] = ()
    """Where it differs from what was asked for, and why."""
    warnings: tuple[str, ...] = ()
    """What may keep it from being carried out whole."""
    side: Side = Side.BUY
    limit: Price = 0
    """No child pays more, or takes less, per share."""
    total: Dollars = 0
    """The most that a buy costs, the least that a sell brings, fees of taking it all counted."""
    resizes: bool = False
    """Whether the size follows the price, so that it is another one at the next look."""

    @property
    def size(self) -> Size:
        """Shares of all children together."""
        return sum(child.size for child in self.children)

    @property
    def lasts_ms(self) -> int:
        """When the last child is due, where the plan says when."""
        return self.children[-1].after_ms or 0 if self.children else 0

    def is_as_shown(self, shown: PlanView) -> bool:
        """Whether who saw `shown` knows what this one does; a moment's drift is no other plan."""
        if self.resizes and shown.resizes:
            same_sizes = self.size * _SLACK <= shown.size * (_SLACK + 1)
        else:
            same_sizes = _sizes(self) == _sizes(shown) and self.total == shown.total
        drift_ms = abs(self.lasts_ms - shown.lasts_ms)
        return (
            same_sizes
            and (self.side, self.limit) == (shown.side, shown.limit)
            and len(self.changes) == len(shown.changes)
            and len(self.warnings) == len(shown.warnings)
            and drift_ms * _SLACK <= shown.lasts_ms
        )


class ChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """What a change would make of a working order."""

    moves: tuple[str, ...]
    """Each value that changes: `limit 0.55 → 0.57`."""
    risks: tuple[str, ...]
    """Where the order may cost more than it could before; none where it cannot."""
    before: PlanView
    after: PlanView
    """The plan of the whole order, what is filled included."""


def _sizes(plan: PlanView) -> tuple[Size, ...]:
    return tuple(child.size for child in plan.children)
