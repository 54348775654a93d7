"""What fired: for tests, which must not believe that a fault happened."""

from __future__ import annotations

from dataclasses import dataclass, field

MAX_SUBJECTS = 100
"""Order and trade ids kept for one firing."""


@dataclass(slots=True, eq=False)
class Firing:
    """One firing of a fault."""

    kind: str
    fault: int
    """Its place in the plan, from 0."""
    at_ms: int
    """By the true clock."""
    request: str
    """Method and path; empty where a time was the cause."""
    hits: int = 0
    """How often it did something: a muted channel counts the frames that it swallowed."""
    subjects: list[str] = field(default_factory=list)
    """Orders, trades, markets or accounts that it concerned."""

    def hit(self, *subjects: str) -> None:
        """It did something, to these."""
        self.hits += 1
        self.concern(*subjects)

    def concern(self, *subjects: str) -> None:
        """Remember what it was about."""
        fresh = [subject for subject in subjects if subject not in self.subjects]
        self.subjects.extend(fresh[: MAX_SUBJECTS - len(self.subjects)])
