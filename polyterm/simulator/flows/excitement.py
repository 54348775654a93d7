"""How much busier than usual a synthetic market is."""

from __future__ import annotations

_HALF_LIFE_S = 10.0
_NEWS = 2.0
_MOST = 4.0


class Excitement:
    """A factor on all rates: 1 in quiet times, up to 5 after news, and calming down."""

    def __init__(self) -> None:
        self._extra = 0.0
        self._since_s = 0.0

    def level(self, now_s: float) -> float:
        """The factor at a time that never goes back."""
        self._extra *= 0.5 ** ((now_s - self._since_s) / _HALF_LIFE_S)
        self._since_s = now_s
        return 1.0 + self._extra

    def rise(self, now_s: float) -> None:
        """Take notice of news."""
        self._extra = min(self.level(now_s) - 1.0 + _NEWS, _MOST)
