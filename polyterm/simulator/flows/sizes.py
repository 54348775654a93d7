"""Sizes as people choose them."""

from __future__ import annotations

from random import Random

from polyterm.models.money import SIZE_STEP, UNIT, Size, floor_to

SMALLEST_SHARES, LARGEST_SHARES = 5.0, 2_000.0
_WHOLE_SHARES = 0.75


def draw_size(median_shares: float, sigma: float, random: Random) -> Size:
    """A lognormal size between 5 and 2,000 shares, mostly of whole shares."""
    shares = random.lognormvariate(0, sigma) * median_shares
    shares = min(max(shares, SMALLEST_SHARES), LARGEST_SHARES)
    step = UNIT if random.random() < _WHOLE_SHARES else SIZE_STEP
    return floor_to(int(shares * UNIT), step)
