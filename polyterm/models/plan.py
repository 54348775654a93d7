"""What an order would do, shown before it is accepted."""

from __future__ import annotations

import msgspec

from polyterm.models.money import Size


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

    @property
    def size(self) -> Size:
        """Shares of all children together."""
        return sum(child.size for child in self.children)
