"""Kelly for a whole event of exclusive outcomes, from any holdings, on either side of each.

The convex form of `execution.md` 1.5: shares of largest expected log wealth, where a YES share pays
if its outcome wins and a NO share if any other does. Floats in dollars: an estimate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

_SWEEPS = 300
_STEPS = 40
_SETTLED = 1e-7
"""Shares per dollar of wealth; smaller changes are no longer followed."""


@dataclass(frozen=True, slots=True)
class Leg:
    """Shares that may be bought of one outcome of the event."""

    outcome: int
    """Its index among the probabilities."""
    all_in: float
    """Dollars a share, fee included, between 0 and 1."""
    pays_if_lost: bool = False
    """Whether it is the NO share, which pays where any other outcome wins."""

    def gain(self, winner: int) -> float:
        """Dollars a share gains or loses where that outcome wins."""
        return ((self.outcome == winner) != self.pays_if_lost) - self.all_in

    def edge(self, probabilities: Sequence[float]) -> float:
        """Expected gain in dollars per share."""
        p = probabilities[self.outcome]
        return (1 - p if self.pays_if_lost else p) - self.all_in


def stake_event(
    probabilities: Sequence[float], wealth: Sequence[float], legs: Sequence[Leg]
) -> tuple[float, ...]:
    """Shares to buy of each leg; `ValueError` where the numbers are no such event.

    `probabilities` sum to 1, "any other" included; `wealth` is what we are worth in dollars where
    each outcome wins, before anything is bought. No leg costs more than the least of these: where
    prices allow a sure gain, growth alone would know no end.
    """
    if len(probabilities) != len(wealth) or abs(sum(probabilities) - 1) > 1e-9:
        raise ValueError("the probabilities must be as many as the worths, and sum to 1")
    if min(probabilities) < 0 or min(wealth) <= 0:
        raise ValueError("probabilities must not be negative, and every worth above nothing")
    if any(not 0 < leg.all_in < 1 for leg in legs):
        raise ValueError("prices must lie between 0 and 1")
    gains = [[leg.gain(winner) for winner in range(len(wealth))] for leg in legs]
    shares, worth = [0.0] * len(legs), list(wealth)
    for _ in range(_SWEEPS):
        moved = 0.0
        for number, gain in enumerate(gains):
            most = min(wealth) / legs[number].all_in
            wanted = shares[number] + _best_change(probabilities, worth, gain)
            change = min(max(wanted, 0.0), most) - shares[number]
            shares[number] += change
            worth = [have + change * by for have, by in zip(worth, gain, strict=True)]
            moved = max(moved, abs(change))
        if moved < _SETTLED * min(wealth):
            break
    return tuple(shares)


def growth_of(
    probabilities: Sequence[float],
    wealth: Sequence[float],
    legs: Sequence[Leg],
    shares: Sequence[float],
) -> float:
    """Expected log growth of holding so many shares of the legs."""
    after = [
        have + sum(n * leg.gain(winner) for n, leg in zip(shares, legs, strict=True))
        for winner, have in enumerate(wealth)
    ]
    outcomes = zip(probabilities, wealth, after, strict=True)
    return sum(p * log(new / old) for p, old, new in outcomes if p)


def _best_change(p: Sequence[float], worth: Sequence[float], gain: Sequence[float]) -> float:
    """Shares of one leg that maximise the expected log, the others standing: by bisection."""
    low = max((-have / by for have, by in zip(worth, gain, strict=True) if by > 0), default=0.0)
    high = min((-have / by for have, by in zip(worth, gain, strict=True) if by < 0), default=0.0)
    for _ in range(_STEPS):
        middle = (low + high) / 2
        slope = sum(
            q * by / (have + middle * by) for q, have, by in zip(p, worth, gain, strict=True) if q
        )
        low, high = (middle, high) if slope > 0 else (low, middle)
    return low
