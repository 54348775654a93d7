"""Where word of a stop is left, in memory."""

from __future__ import annotations

from polyterm.models.complaint import Complaint, RefusedError


class MemoryOutsideStop:
    """Anybody may ask for a stop here, past the engine."""

    def __init__(self) -> None:
        self.mark = ""
        self.stays = False
        """Whether it cannot be taken away."""
        self._asked = 0

    def ask(self) -> None:
        """Ask for a stop, once more."""
        self._asked += 1
        self.mark = f"stop {self._asked}"

    def asked(self) -> str:
        return self.mark

    def lift(self, mark: str) -> None:
        if self.stays or mark != self.mark:
            raise RefusedError([Complaint("", "it stays")])
        self.mark = ""
