"""The exchange's clock, told from ours by an offset."""

from __future__ import annotations

from polyterm.engine.clock import Clock


class ServerTime:
    """Our clock, moved to where the exchange's stands; it tells whole seconds only."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.offset_ms = 0
        """What to add to our clock; 0 while both may be telling the same second."""

    def learn(self, server_s: int, asked_ms: int) -> None:
        """Take an answer of GET /time, and when it was asked for by our clock.

        The answer was true somewhere between the asking and now, within the second it names.
        """
        now_ms = self._clock.now_ms()
        earliest, latest = server_s * 1000 - now_ms, server_s * 1000 + 999 - asked_ms
        self.offset_ms = min(max(0, earliest), latest)

    def now_ms(self) -> int:
        """The exchange's time, epoch milliseconds."""
        return self._clock.now_ms() + self.offset_ms

    def now_s(self) -> int:
        """The exchange's time, epoch seconds."""
        return self.now_ms() // 1000
