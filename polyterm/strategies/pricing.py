"""Prices a child may have: on the grid, within the limit, on our own side of the book."""

from __future__ import annotations

from polyterm.models.book import BookTop
from polyterm.models.enums import Side
from polyterm.models.money import (
    PRICE_ONE,
    UNIT,
    Price,
    Size,
    ceil_to,
    floor_to,
    format_price,
    notional,
)
from polyterm.models.tick import clamp, on_tick, passive
from polyterm.strategies.base import MarketView, OrderState

MIN_MARKETABLE = UNIT
"""One dollar: the least that a marketable order may be worth (`protocol.md` 3.4)."""


def cautious(side: Side, first: Price, *others: Price) -> Price:
    """The price that gives up least: the lowest for a buy, the highest for a sell."""
    return min(first, *others) if side is Side.BUY else max(first, *others)


def ahead(side: Side, price: Price, reference: Price) -> Price:
    """How far `price` stands in front of `reference`; negative when it stands behind."""
    return side.sign * (price - reference)


def toward_opposite(side: Side, price: Price, by: Price) -> Price:
    """The price that gives up `by` more."""
    return price + side.sign * by


def worst_on_grid(worst: Price, tick: Price, side: Side) -> Price | None:
    """The worst price that the grid and the limit both allow; nothing where there is none."""
    price = clamp(passive(worst, tick, side), tick)
    return price if side.within(price, worst) else None


def own_best(book: BookTop, side: Side) -> Price:
    """Best price of the others on our side, of a usable book."""
    return book.side(side)[0].price


def opposite_best(book: BookTop, side: Side) -> Price:
    """Best price of the other side, of a usable book."""
    return book.side(side.opposite)[0].price


def resting(order: OrderState, market: MarketView, wanted: Price) -> Price | None:
    """The price nearest to `wanted` that rests and keeps the limit; nothing where there is none."""
    side, tick = order.side, market.tick
    limit = worst_on_grid(order.worst_price, tick, side)
    if limit is None:
        return None
    inside = _beside(opposite_best(market.book, side), tick, side)
    price = cautious(side, clamp(passive(wanted, tick, side), tick), limit, inside)
    return price if on_tick(price, tick) else None


def _beside(opposite: Price, tick: Price, side: Side) -> Price:
    return floor_to(opposite - 1, tick) if side is Side.BUY else ceil_to(opposite + 1, tick)


def taking(order: OrderState, market: MarketView, size: Size) -> Price | None:
    """The price that takes the opposite best, where limit, post-only and the $1 rule allow it."""
    if order.post_only:
        return None
    best = opposite_best(market.book, order.side)
    price = passive(best, market.tick, order.side.opposite)
    limit = worst_on_grid(order.worst_price, market.tick, order.side)
    if limit is None or not order.side.within(price, limit):
        return None
    return price if notional(best, size) >= MIN_MARKETABLE else None


def competitive(order: OrderState, market: MarketView) -> Price | None:
    """Join the best of the others, or stand one tick ahead where the spread has room for it."""
    best = own_best(market.book, order.side)
    has_room = (market.book.spread or 0) > market.tick
    wanted = toward_opposite(order.side, best, market.tick if has_room else 0)
    return resting(order, market, wanted)


def aggression_bound(market: MarketView, side: Side, bps: int) -> Price:
    """How far a child may go ahead of the next best order of our side; at least one tick."""
    best = own_best(market.book, side)
    return toward_opposite(side, best, max(best * bps // PRICE_ONE, market.tick))


def band(market: MarketView, bps: int) -> tuple[float, float]:
    """Lower and upper edge of the micro-price band in price units; never less than +- one tick."""
    micro = market.micro or 0.0
    half = max(micro * bps / 10_000, market.tick)
    return micro - half, micro + half


def words(price: float) -> str:
    """A price for a reason: `0.54`, or `0.5375` where it has more decimals."""
    return format_price(round(price))
