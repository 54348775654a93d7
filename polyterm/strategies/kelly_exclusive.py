"""Kelly for outcomes of which exactly one wins, bet on all at once.

Smoczynski and Tomkins 2010 (`execution.md` 1.5): flat, and YES sides alone; `kelly_event` does the
same from any holdings and on either side. Fractions of wealth are floats, as all Kelly estimates
are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log


@dataclass(frozen=True, slots=True)
class Stake:
    """What to put on one outcome."""

    fraction: float
    """Part of wealth, 0 to 1."""
    is_hedge: bool
    """Whether it is bought without an edge of its own, because it pays when the others lose."""


@dataclass(frozen=True, slots=True)
class Stakes:
    """One stake an outcome, in the order they were given."""

    stakes: tuple[Stake, ...]
    reserve: float
    """Part of wealth left if an outcome wins that was not bet on: R of the paper."""
    growth: float
    """Expected log growth."""


def stake_exclusive(probabilities: Sequence[float], all_in: Sequence[float]) -> Stakes:
    """Stakes of largest growth; `ValueError` where the numbers are no such market.

    `probabilities` sum to 1, "any other" included; `all_in` are dollars a share, fees included.
    """
    if len(probabilities) != len(all_in) or abs(sum(probabilities) - 1) > 1e-9:
        raise ValueError("the probabilities must be as many as the prices, and sum to 1")
    if any(not 0 < price < 1 for price in all_in) or any(p < 0 for p in probabilities):
        raise ValueError("prices must lie between 0 and 1, probabilities must not be negative")
    chosen, reserve = _chosen(probabilities, all_in)
    stakes = tuple(
        Stake(p - a * reserve, is_hedge=p <= a) if index in chosen else Stake(0.0, is_hedge=False)
        for index, (p, a) in enumerate(zip(probabilities, all_in, strict=True))
    )
    return Stakes(stakes, reserve, _growth(probabilities, all_in, stakes))


def _chosen(probabilities: Sequence[float], all_in: Sequence[float]) -> tuple[set[int], float]:
    """The outcomes to bet on, best ratio first, for as long as one beats what is kept."""
    by_ratio = sorted(range(len(all_in)), key=lambda i: probabilities[i] / all_in[i], reverse=True)
    chosen: set[int] = set()
    reserve, left, cost = 1.0, 1.0, 0.0
    for index in by_ratio:
        if probabilities[index] / all_in[index] <= reserve or cost + all_in[index] >= 1:
            break
        chosen.add(index)
        left -= probabilities[index]
        cost += all_in[index]
        reserve = max(left, 0.0) / (1 - cost)
    return chosen, reserve


def _growth(
    probabilities: Sequence[float], all_in: Sequence[float], stakes: Sequence[Stake]
) -> float:
    kept = 1 - sum(stake.fraction for stake in stakes)
    outcomes = zip(probabilities, all_in, stakes, strict=True)
    return sum(p * log(kept + stake.fraction / a) for p, a, stake in outcomes if p)
