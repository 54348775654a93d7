"""How a resting order advances in a queue that a recording shows only from outside."""

from __future__ import annotations

from enum import StrEnum


class QueueModel(StrEnum):
    """The two ends of what may have happened; the truth lies between (`execution.md` 3 and 6)."""

    PESSIMISTIC = "pessimistic"
    """Size that leaves a level was cancelled, newest first: a resting order fills only when the
    opposite quote reaches it."""
    OPTIMISTIC = "optimistic"
    """Size that leaves the best level was traded there, first come first served."""
