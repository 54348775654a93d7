"""The safety gate: the one place that says no, with all reasons at once, in words.

An order passes it when it is submitted, and every child passes it again before it is signed. The
checks are two tables of small functions; a new rule is one function and one line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from polyterm.engine.settings import EngineSettings
from polyterm.models import tick as grid
from polyterm.models.book import BookTop
from polyterm.models.complaint import Complaint
from polyterm.models.enums import Side
from polyterm.models.market import Market
from polyterm.models.money import (
    UNIT,
    Dollars,
    Price,
    Size,
    format_dollars,
    format_price,
    format_units,
    notional_up,
    parse_price,
    parse_units,
)
from polyterm.models.order_request import OrderRequest
from polyterm.strategies.base import Funds
from polyterm.strategies.feasibility import worst_total

MIN_MARKETABLE: Dollars = UNIT
"""A marketable buy must be worth a dollar (`protocol.md` 3.3)."""


@dataclass(frozen=True, slots=True)
class Situation:
    """All that the checks may look at."""

    settings: EngineSettings
    closed_because: str
    """Why nothing may be sent at all; empty where the gate is open."""
    market: Market
    book: BookTop
    is_fresh: bool
    funds: Funds
    request: OrderRequest
    planned: Size
    """Shares the order is expected to want; of one that sizes itself, what it would want now."""


@dataclass(frozen=True, slots=True)
class Intended:
    """A child about to be signed."""

    side: Side
    price: Price
    size: Size
    post_only: bool


OrderCheck = Callable[[Situation], Iterator[Complaint]]
ChildCheck = Callable[[Situation, Intended], Iterator[str]]


def check_order(situation: Situation) -> tuple[Complaint, ...]:
    """Every reason why the order cannot be taken; none where it can."""
    return tuple(complaint for check in _ORDER_CHECKS for complaint in check(situation))


def check_child(situation: Situation, child: Intended) -> tuple[str, ...]:
    """Every reason why this child may not be sent now."""
    return tuple(reason for check in _CHILD_CHECKS for reason in check(situation, child))


# -- an order --


def _gate_open(s: Situation) -> Iterator[Complaint]:
    if s.closed_because:
        yield Complaint("", s.closed_because)


def _market_open(s: Situation) -> Iterator[Complaint]:
    if not s.market.accepting_orders:
        yield Complaint("token_id", f"{s.market.slug} is not accepting orders")
    if s.market.protocol not in {"v1", "v2"}:
        yield Complaint("token_id", f"unknown protocol version {s.market.protocol!r}")


def _limit_on_grid(s: Situation) -> Iterator[Complaint]:
    field = "max_price" if s.request.side is Side.BUY else "min_price"
    limit, step = s.request.worst_price, s.market.tick
    if not grid.on_tick(limit, step):
        places = grid.decimals(step)
        low = format_price(grid.passive(grid.clamp(limit, step), step, Side.BUY), places)
        high = format_price(grid.passive(grid.clamp(limit, step), step, Side.SELL), places)
        nearest = low if low == high else f"{low} or {high}"
        yield Complaint(
            field,
            f"{format_price(limit)} is off the market's tick of {format_price(step)}: {nearest}",
        )


def _size_possible(s: Situation) -> Iterator[Complaint]:
    size, least = s.request.size_units, s.market.min_size
    if size is not None and size < least:
        yield Complaint("size", f"below the market's minimum of {format_units(least, 0)} shares")


def _enough_cash(s: Situation) -> Iterator[Complaint]:
    if s.request.side is not Side.BUY:
        return
    limit, takes = s.request.worst_price, not s.request.post_only
    cost = worst_total(s.market, Side.BUY, limit, s.planned, takes=takes)
    if cost > s.funds.available:
        yield Complaint(
            "size",
            f"costs up to {format_dollars(cost)} with fees, "
            f"and {format_dollars(s.funds.available)} is available",
        )


def _enough_shares(s: Situation) -> Iterator[Complaint]:
    if s.request.side is Side.SELL and s.planned > s.funds.sellable:
        yield Complaint(
            "size",
            f"{format_units(s.planned)} shares are more than the "
            f"{format_units(s.funds.sellable)} that are settled and free to sell",
        )


def _confirmed_if_large(s: Situation) -> Iterator[Complaint]:
    cost = notional_up(s.request.worst_price, s.planned)
    limit = parse_units(s.settings.large_order)
    if cost > limit and not s.request.confirmed:
        yield Complaint(
            "confirmed",
            f"worth up to {format_dollars(cost)}, above {format_dollars(limit)}: confirm it",
        )


def _book_usable(s: Situation) -> Iterator[Complaint]:
    reason = book_problem(s.settings, s.book, s.is_fresh)
    if reason:
        yield Complaint("", reason)


_ORDER_CHECKS: tuple[OrderCheck, ...] = (
    _gate_open,
    _market_open,
    _limit_on_grid,
    _size_possible,
    _enough_cash,
    _enough_shares,
    _confirmed_if_large,
    _book_usable,
)


# -- a child --


def _child_gate(s: Situation, child: Intended) -> Iterator[str]:
    for complaint in (*_gate_open(s), *_market_open(s)):
        yield str(complaint)


def _child_book(s: Situation, child: Intended) -> Iterator[str]:
    reason = book_problem(s.settings, s.book, s.is_fresh)
    if reason:
        yield reason


def _child_price(s: Situation, child: Intended) -> Iterator[str]:
    if not grid.on_tick(child.price, s.market.tick):
        yield f"price {format_price(child.price)} is off the tick {format_price(s.market.tick)}"
    if not child.side.within(child.price, s.request.worst_price):
        limit = format_price(s.request.worst_price)
        yield f"price {format_price(child.price)} is beyond the limit of {limit}"


def _child_size(s: Situation, child: Intended) -> Iterator[str]:
    if child.size < s.market.min_size:
        yield (
            f"{format_units(child.size)} shares are below the market's minimum of "
            f"{format_units(s.market.min_size, 0)}"
        )
    best = s.book.best_ask
    takes = child.side is Side.BUY and best is not None and child.price >= best.price
    if takes and notional_up(child.price, child.size) < MIN_MARKETABLE:
        yield "a marketable buy must be worth at least $1"


def _child_money(s: Situation, child: Intended) -> Iterator[str]:
    if child.side is Side.SELL:
        if child.size > s.funds.sellable:
            yield (
                f"waiting for shares to settle: {format_units(s.funds.sellable)} of "
                f"{format_units(child.size)} can be sold"
            )
        return
    cost = notional_up(child.price, child.size)
    if not child.post_only:
        cost += s.market.fees.reserve(child.price, child.size)
    if cost > s.funds.available:
        yield (
            f"needs {format_dollars(cost)}, and {format_dollars(s.funds.available)} is available"
        )


_CHILD_CHECKS: tuple[ChildCheck, ...] = (
    _child_gate,
    _child_book,
    _child_price,
    _child_size,
    _child_money,
)


def book_problem(settings: EngineSettings, book: BookTop, is_fresh: bool) -> str:
    """Why a book cannot be relied on, in words; empty where it can."""
    if not is_fresh:
        return "the book is stale: waiting for market data"
    spread = book.spread
    if spread is None:
        return "the book is one-sided"
    if spread <= 0:
        return "the book is crossed"
    widest = parse_price(settings.max_spread)
    if spread > widest:
        return f"spread of {format_price(spread)} is wider than {format_price(widest)}"
    return ""
