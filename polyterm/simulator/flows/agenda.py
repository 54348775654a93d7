"""What is to happen next, in the order of a flow's own time."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count


class Agenda:
    """Actions by due time; equal times in the order they were entered.

    A flow's time is the due time of the action at hand, not a clock's, so the same seed gives the
    same actions however late they are carried out.
    """

    def __init__(self) -> None:
        self.now_s = 0.0
        self._entries: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()

    @property
    def next_s(self) -> float | None:
        """When the next action is due; nothing on an empty agenda."""
        return self._entries[0][0] if self._entries else None

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Enter an action `seconds` from now."""
        heappush(self._entries, (self.now_s + seconds, next(self._numbers), action))

    def act(self) -> None:
        """Take the next action."""
        self.now_s, _, action = heappop(self._entries)
        action()
