"""A clock that may be set wrong."""

from __future__ import annotations

from polyterm.simulator.clock import Clock


class SteeredClock:
    """The exchange's clock: another one, set forward or back, or standing still."""

    def __init__(self, true: Clock) -> None:
        self.true = true
        """The clock that nobody sets."""
        self._skew_ms = 0
        self._frozen_ms: int | None = None

    def now_ms(self) -> int:
        """Epoch milliseconds, as the exchange believes."""
        if self._frozen_ms is not None:
            return self._frozen_ms
        return self.true.now_ms() + self._skew_ms

    @property
    def skew_ms(self) -> int:
        """How far it is ahead of the true one; negative where it is behind."""
        return self.now_ms() - self.true.now_ms()

    @property
    def frozen(self) -> bool:
        """Whether it stands still."""
        return self._frozen_ms is not None

    def set_skew(self, skew_ms: int) -> None:
        """Run, this far ahead of the true clock."""
        self._skew_ms, self._frozen_ms = skew_ms, None

    def freeze(self) -> None:
        """Stand still until it is set again."""
        self._frozen_ms = self.now_ms()
