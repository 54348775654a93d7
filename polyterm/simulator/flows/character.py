"""What makes one synthetic market different from another."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Character:
    """How a market's fair value moves, and how its people trade.

    Times are seconds at pace 1, means of exponential waits unless said otherwise; sizes are shares,
    medians of lognormal draws; distances are in ticks.
    """

    anchor: float
    """The probability that the fair value returns to."""
    reach: float
    """How far it may stray from there, in log-odds."""
    volatility_ticks: float
    """Standard deviation of its change in one second."""
    memory_s: float
    """Half-life of a departure from the anchor."""
    half_spread_ticks: float
    """What makers keep between the fair value and their best quote, before rounding away."""
    look_s: float
    """How often makers adjust their ladder."""
    taker_s: float
    noise_s: float
    news_s: float = 150.0
    """How often news moves the fair value at once."""
    news_ticks: float = 3.0
    levels: int = 12
    touch_shares: float = 90.0
    growth: float = 1.12
    """Size of each level of the ladder against the one before it."""
    taker_shares: float = 45.0
    noise_shares: float = 30.0
    noise_life_s: float = 6.0
    gap_s: float = 120.0
    """How often makers leave a gap behind their best quote for a while."""
    gap_ticks: int = 2
