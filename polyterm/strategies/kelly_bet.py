"""The Kelly criterion for one binary outcome, from any position (`execution.md` 1.2 and 1.3).

Floats in dollars: an estimate of how much to hold, never an amount that is sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log1p


@dataclass(frozen=True, slots=True)
class Bet:
    """Shares of one outcome on offer at one price, and what we are worth whichever way it ends.

    `probability` and `all_in` lie strictly between 0 and 1.
    """

    probability: float
    """That the outcome wins."""
    all_in: float
    """Dollars a share costs, fee included."""
    if_right: float
    """Wealth in dollars if the outcome wins, before the bet."""
    if_wrong: float
    """Wealth in dollars if it does not."""

    @property
    def edge(self) -> float:
        """Expected gain in dollars per share."""
        return self.probability - self.all_in

    @property
    def full_fraction(self) -> float:
        """Full Kelly share of wealth without any position: (p - a) / (1 - a), at least 0."""
        return max(self.edge / (1 - self.all_in), 0.0)

    @property
    def reservation(self) -> float:
        """Price of indifference: p w0 / (p w0 + q w1); buy below it only."""
        wrong = self.probability * self.if_wrong
        total = wrong + (1 - self.probability) * self.if_right
        return wrong / total if total else self.probability

    def shares_wanted(self, fraction: float) -> float:
        """Shares to add for this part of the full Kelly exposure; negative when over it."""
        a = self.all_in
        wealth = a * self.if_right + (1 - a) * self.if_wrong
        exposure = wealth * self.edge / (a * (1 - a))
        return fraction * exposure - (self.if_right - self.if_wrong)

    def growth(self, shares: float) -> float:
        """Expected log growth of taking so many shares; 0 where an outcome leaves nothing."""
        right = shares * (1 - self.all_in) / self.if_right if self.if_right > 0 else -1.0
        wrong = -shares * self.all_in / self.if_wrong if self.if_wrong > 0 else -1.0
        if min(right, wrong) <= -1:
            return 0.0
        return self.probability * log1p(right) + (1 - self.probability) * log1p(wrong)
