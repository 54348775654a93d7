"""The fate of trades, where a plan has a say in it."""

from __future__ import annotations

from dataclasses import dataclass

from polyterm.simulator.fate import Course, Fate
from polyterm.simulator.faults.record import Firing
from polyterm.simulator.trades import Trade


@dataclass(slots=True, eq=False)
class Script:
    """A course for the trades of one match that is still to come."""

    course: Course
    firing: Firing
    wait: int
    """How many matches from now, counted from 1."""
    whole: bool
    """All trades of the match, or only its first."""
    taker_id: str = ""
    """The order that made the match, once it has come."""

    def claims(self, trade: Trade) -> bool:
        """Whether this trade is one of those meant; called for each trade in order, by match."""
        if trade.taker.order_id == self.taker_id:
            return self.whole
        self.wait -= 1
        if not self.wait:
            self.taker_id = trade.taker.order_id
        return not self.wait


class ScriptedFate:
    """Goes by the scripts first, and by the usual fate for all other trades."""

    def __init__(self, usual: Fate) -> None:
        self._usual = usual
        self._scripts: list[Script] = []
        self._last_taker = ""

    def add(self, script: Script) -> None:
        """Follow this script too."""
        self._scripts.append(script)

    def clear(self) -> None:
        """Forget every script; trades under way keep their course."""
        self._scripts.clear()

    def course(self, trade: Trade) -> Course:
        """The way that a trade will go."""
        usual = self._usual.course(trade)
        claimed = [script for script in self._heard(trade) if script.claims(trade)]
        for script in claimed:
            script.firing.hit(trade.id)
        return claimed[0].course if claimed else usual

    def _heard(self, trade: Trade) -> list[Script]:
        """Scripts that this trade is news to: only a match's first trade is counted."""
        is_first = trade.taker.order_id != self._last_taker
        self._last_taker = trade.taker.order_id
        if is_first:
            self._scripts = [script for script in self._scripts if not script.taker_id]
            return list(self._scripts)
        return [script for script in self._scripts if script.taker_id == trade.taker.order_id]
