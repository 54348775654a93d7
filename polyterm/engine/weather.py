"""What the exchange takes at the moment, learned from how it refuses, and how long to hold back.

One order's refusal is news for all: thirty orders must not each find out that the exchange is
restarting. Source of the modes: `protocol.md` 5.3.
"""

from __future__ import annotations

from polyterm.engine.clock import Clock
from polyterm.engine.ports import Mode, Outcome, SendReport

_FIRST_PAUSE_S = {
    Mode.NORMAL: 1.0,
    Mode.RESTARTING: 1.0,
    Mode.THROTTLED: 1.0,
    Mode.POST_ONLY: 10.0,
    Mode.CANCEL_ONLY: 5.0,
    Mode.DISABLED: 5.0,
}
"""Pause after the first refusal where the exchange names none; it doubles with each one more."""
_LONGEST_PAUSE_S = 30.0
_STORM = 3
"""So many unknown outcomes in a row are a storm: new orders are held, cancels go on."""


class Weather:
    """Remembers what the exchange last refused, and until when that is taken for granted."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._mode = Mode.NORMAL
        self._until_s = 0.0
        self._refusals = 0
        self._unknowns = 0
        self._reason = ""

    @property
    def is_post_only(self) -> bool:
        """Whether only orders that rest are taken."""
        return self._mode is Mode.POST_ONLY and self._left_s() > 0

    def hold(self, *, post_only: bool) -> str:
        """Why an order may not be sent now; empty where it may be tried."""
        left_s = self._left_s()
        if left_s <= 0 or (self._mode is Mode.POST_ONLY and post_only):
            return ""
        return f"{self._reason}: trying again in {left_s:.0f} s"

    def text(self) -> str:
        """The weather in words; empty when it is fair."""
        return self.hold(post_only=False)

    def note(self, report: SendReport) -> None:
        """Learn from what came of one send."""
        if report.outcome is Outcome.ACCEPTED:
            self._clear_up()
        elif report.outcome is Outcome.NOT_ACCEPTED:
            self._refused(report)
        elif report.outcome is Outcome.UNKNOWN:
            self._lost(report)

    def _clear_up(self) -> None:
        self._refusals = self._unknowns = 0
        if self._mode is not Mode.POST_ONLY:
            self._mode, self._until_s = Mode.NORMAL, 0.0

    def _refused(self, report: SendReport) -> None:
        # What the exchange names is the least: through a restart it names one second each time.
        pause_s = max(report.retry_after_s or 0.0, self._growing(_FIRST_PAUSE_S[report.mode]))
        self._refusals += 1
        self._mode = report.mode
        self._reason = _WORDS[report.mode]
        self._until_s = self._clock.monotonic() + pause_s

    def _lost(self, report: SendReport) -> None:
        self._unknowns += 1
        if self._unknowns < _STORM:
            return
        self._mode = Mode.NORMAL
        self._reason = f"{self._unknowns} outcomes unknown in a row ({report.reason})"
        self._until_s = self._clock.monotonic() + self._growing(5.0)
        self._refusals += 1

    def _growing(self, first_s: float) -> float:
        return min(first_s * 2**self._refusals, _LONGEST_PAUSE_S)

    def _left_s(self) -> float:
        return self._until_s - self._clock.monotonic()


_WORDS = {
    Mode.NORMAL: "the exchange did not book the order",
    Mode.RESTARTING: "the exchange is restarting",
    Mode.THROTTLED: "the exchange wants fewer requests",
    Mode.POST_ONLY: "the exchange takes post-only orders",
    Mode.CANCEL_ONLY: "the exchange takes cancels only",
    Mode.DISABLED: "trading is disabled at the exchange",
}
