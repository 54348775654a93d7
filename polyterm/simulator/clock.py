"""The local exchange's clock, given to it so that tests can run it in virtual time."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Wall time; sleeping is the event loop's, so a loop in virtual time moves both."""

    def now_ms(self) -> int:
        """Epoch milliseconds."""
        ...


class WallClock:
    """The machine's clock."""

    def now_ms(self) -> int:
        """Epoch milliseconds."""
        return time.time_ns() // 1_000_000
