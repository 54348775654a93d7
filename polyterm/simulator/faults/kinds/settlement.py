"""Faults of the chain: matches that fail, or settle by detours."""

from __future__ import annotations

from typing import Literal

from polyterm.models.enums import TradeStatus
from polyterm.simulator.fate import Course, Step, failing
from polyterm.simulator.faults.at import Count, Seconds
from polyterm.simulator.faults.fault import WorldFault
from polyterm.simulator.faults.occasion import Occasion
from polyterm.simulator.faults.scripted_fate import Script


class SettlementFault(WorldFault, frozen=True, kw_only=True):
    """Decides over a match that is still to come."""

    trade: Count = 1
    """The n-th match from now."""
    legs: Literal["all", "one"] = "all"
    """All trades that the match consists of, or the first alone."""

    def script(self, occasion: Occasion, course: Course) -> None:
        """Let that match go this way."""
        script = Script(course, occasion.firing, self.trade, whole=self.legs == "all")
        occasion.scene.fate.add(script)


class MatchThenFail(SettlementFault, frozen=True, tag="match_then_fail"):
    """MATCHED, RETRYING, FAILED."""

    def strike(self, occasion: Occasion) -> None:
        """Wait for the match."""
        self.script(occasion, failing(occasion.scene.hand.rules))


class Retrying(SettlementFault, frozen=True, tag="retrying"):
    """MATCHED, RETRYING, MINED, and then CONFIRMED or FAILED after all."""

    end: Literal["CONFIRMED", "FAILED"] = "CONFIRMED"
    seconds: Seconds = 0
    """How much longer than usual each of the steps takes."""

    def strike(self, occasion: Occasion) -> None:
        """Wait for the match."""
        rules = occasion.scene.hand.rules
        mined_ms, confirmed_ms = rules.mined_after_ms, rules.confirmed_after_ms
        more_ms = round(self.seconds * 1000)
        course = (
            Step(TradeStatus.RETRYING, mined_ms),
            Step(TradeStatus.MINED, (mined_ms + confirmed_ms) // 2 + more_ms),
            Step(TradeStatus(self.end), confirmed_ms + 2 * more_ms),
        )
        self.script(occasion, course)
