"""What a child must be to be possible at all, and how many of them an order may have."""

from __future__ import annotations

from typing import Final

from polyterm.models.enums import Side
from polyterm.models.market import Market
from polyterm.models.money import (
    PRICE_ONE,
    SIZE_STEP,
    Dollars,
    Price,
    Size,
    ceil_to,
    format_units,
    notional,
    notional_up,
)
from polyterm.strategies.pricing import MIN_MARKETABLE

MOST_CHILDREN: Final = 500
"""Children of one order, moves apart."""
SPACING_MS: Final = 1_000
"""An order starts a child a second at most: a fortieth of the least rate (`protocol.md` 5.2)."""


def least_child(market: Market, worst: Price, *, takes: bool) -> Size:
    """Smallest child that may be sent; one that takes must be worth a dollar at the limit."""
    least = ceil_to(market.min_size, SIZE_STEP)
    if not takes:
        return least
    return max(least, ceil_to(-(-MIN_MARKETABLE * PRICE_ONE // worst), SIZE_STEP))


def most_children(size: Size, least: Size, lasts_ms: int | None = None) -> int:
    """How many children of at least `least` fit the size and the time, one always."""
    by_rate = MOST_CHILDREN if lasts_ms is None else min(lasts_ms // SPACING_MS, MOST_CHILDREN)
    return max(min(size // least, by_rate), 1)


def smallest_child(size: Size, least: Size) -> Size:
    """What children of `size` must hold at least so that there are not too many of them."""
    return max(least, ceil_to(-(-size // MOST_CHILDREN), SIZE_STEP))


def ends_ms(market: Market, starts_ms: int, *others: int | None) -> int | None:
    """The earliest end that is known: the market's, where it is still to come, or another."""
    ends = [end for end in (market.end_ms, *others) if end is not None and end > starts_ms]
    return min(ends, default=None)


def whole_tail(wanted: Size, rest: Size, least: Size) -> Size:
    """`wanted` of `rest`, or all of it where what is left could not be sent on its own."""
    return rest if wanted >= rest or rest - wanted < least else wanted


def worst_total(market: Market, side: Side, limit: Price, size: Size, *, takes: bool) -> Dollars:
    """The most that a buy within `limit` costs, the least that a sell brings, with its fees."""
    if side is Side.SELL:
        # What is kept of a price after the fee grows with the price, so the limit is the worst.
        return notional(limit, size) - (market.fees.reserve(limit, size) if takes else 0)
    fee_at = min(limit, _PRICE_OF_LARGEST_FEE)
    return notional_up(limit, size) + (market.fees.reserve(fee_at, size) if takes else 0)


_PRICE_OF_LARGEST_FEE: Final[Price] = PRICE_ONE // 2
"""p (1 - p) is largest at fifty cents, so a buy under a higher limit may still meet that fee."""


def shares(size: Size) -> str:
    """A size for a reason: `12.5 shares`."""
    return f"{format_units(size, 0)} shares"
