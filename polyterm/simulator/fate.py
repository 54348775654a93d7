"""What becomes of a trade on its way to the chain."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Protocol

from polyterm.models.enums import TradeStatus
from polyterm.models.money import PPM
from polyterm.simulator.rules import ExchangeRules
from polyterm.simulator.trades import Trade


@dataclass(frozen=True, slots=True)
class Step:
    """A status, and how long after the match it comes."""

    status: TradeStatus
    after_ms: int


Course = tuple[Step, ...]
"""Steps in order of time; the last is CONFIRMED or FAILED."""


class Fate(Protocol):
    """Asked once for each trade, when it is made."""

    def course(self, trade: Trade) -> Course:
        """The way that a trade will go."""
        ...


class OddsOfFailure:
    """Trades settle, but for the few that the rules let fail."""

    def __init__(self, random: Random, rules: ExchangeRules) -> None:
        self._random = random
        self._rules = rules

    def course(self, trade: Trade) -> Course:
        """The way that a trade will go."""
        fails = self._random.randrange(PPM) < self._rules.failure_ppm
        return failing(self._rules) if fails else settling(self._rules)


def settling(rules: ExchangeRules) -> Course:
    """The usual way: MINED, CONFIRMED."""
    return (
        Step(TradeStatus.MINED, rules.mined_after_ms),
        Step(TradeStatus.CONFIRMED, rules.confirmed_after_ms),
    )


def failing(rules: ExchangeRules) -> Course:
    """The usual way to fail: RETRYING, FAILED."""
    return (
        Step(TradeStatus.RETRYING, rules.mined_after_ms),
        Step(TradeStatus.FAILED, rules.confirmed_after_ms),
    )
