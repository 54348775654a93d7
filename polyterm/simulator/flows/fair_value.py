"""What synthetic markets are worth: hidden values that their people trade around."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log, sqrt
from random import Random

from polyterm.models.money import PRICE_ONE, Price
from polyterm.simulator.flows.character import Character


class FairValues:
    """Fair prices of one event's outcomes: mean-reverting scores made into probabilities.

    A single market has a silent other outcome of score 0, so its score is its log-odds. The prices
    of an event of several outcomes sum to one dollar.
    """

    def __init__(
        self, characters: Sequence[Character], ticks: Sequence[Price], now_s: float = 0.0
    ) -> None:
        self._characters = tuple(characters)
        self._is_single = len(self._characters) == 1
        self._anchors = [self._score(character.anchor) for character in self._characters]
        self._scores = list(self._anchors)
        self._tick_scores = [
            tick / PRICE_ONE / (character.anchor * (1 - character.anchor))
            for character, tick in zip(self._characters, ticks, strict=True)
        ]
        self._now_s = now_s

    def advance(self, now_s: float, random: Random) -> None:
        """Let the values wander until `now_s`."""
        elapsed = now_s - self._now_s
        if elapsed <= 0:
            return
        self._now_s = now_s
        for index, character in enumerate(self._characters):
            reversion = log(2) / character.memory_s
            kept = exp(-reversion * elapsed)
            spread = (
                character.volatility_ticks
                * self._tick_scores[index]
                * sqrt((1 - kept * kept) / (2 * reversion))
            )
            departure = (self._scores[index] - self._anchors[index]) * kept
            self._depart(index, departure + random.gauss(0, spread))

    def shock(self, index: int, ticks: float) -> None:
        """Move one value at once."""
        departure = self._scores[index] - self._anchors[index]
        self._depart(index, departure + ticks * self._tick_scores[index])

    def price(self, index: int) -> float:
        """The fair price of one outcome, in price units."""
        weights = [exp(score) for score in self._scores]
        total = sum(weights) + (1.0 if self._is_single else 0.0)
        return PRICE_ONE * weights[index] / total

    def winner(self, index: int) -> int:
        """Which outcome of a market wins if its event ends now: 0 for the likeliest one's YES."""
        if self._is_single:
            return 0 if self._scores[0] > 0 else 1
        return 0 if self._scores[index] == max(self._scores) else 1

    def _score(self, probability: float) -> float:
        return log(probability / (1 - probability)) if self._is_single else log(probability)

    def _depart(self, index: int, departure: float) -> None:
        reach = self._characters[index].reach
        self._scores[index] = self._anchors[index] + min(max(departure, -reach), reach)
