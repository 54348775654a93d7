"""Betting against an outcome: sell what is held of it, or buy the other one (`execution.md` 1.2).

Selling a share at v and buying one of the other outcome at 1 - v change wealth alike, so the better
of the two prices is taken first: v is compared with 1 - b.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Against:
    """Shares that full Kelly trades against an outcome; floats, an estimate."""

    sell: float
    """Of the outcome, never more than held."""
    buy_other: float
    """Of the other outcome."""
    reason: str


def against(
    probability: float, if_wins: float, if_loses: float, held: float, sell_net: float, other: float
) -> Against:
    """How to reach the Kelly position against an outcome from any position.

    `if_wins` and `if_loses` are wealth in dollars either way, `sell_net` what a share fetches after
    fees, `other` what one of the other outcome costs with fees; all prices between 0 and 1.
    """
    if sell_net >= 1 - other:
        sell = min(max(_to_sell(probability, if_wins, if_loses, sell_net), 0.0), held)
        if_wins, if_loses = if_wins - (1 - sell_net) * sell, if_loses + sell_net * sell
        buy = max(_to_buy_other(probability, if_wins, if_loses, other), 0.0)
        return Against(sell, buy, f"selling at {sell_net:.4g} is no worse than {1 - other:.4g}")
    wanted = max(_to_buy_other(probability, if_wins, if_loses, other), 0.0)
    buy = min(wanted, if_wins / other)
    return Against(0.0, buy, f"buying the other is worth {1 - other:.4g}, above {sell_net:.4g}")


def _to_sell(p: float, if_wins: float, if_loses: float, net: float) -> float:
    return (1 - p) * if_wins / (1 - net) - p * if_loses / net


def _to_buy_other(p: float, if_wins: float, if_loses: float, all_in: float) -> float:
    return (1 - p) * if_wins / all_in - p * if_loses / (1 - all_in)
