"""What holds for every order before its strategy is asked: its end, and what it must wait for."""

from __future__ import annotations

from typing import Final

from polyterm.models.enums import EndAction, OrderType
from polyterm.models.money import SIZE_STEP, Size, floor_to, format_units, notional
from polyterm.strategies.base import (
    Cancel,
    Decision,
    Done,
    Fail,
    MarketView,
    OrderState,
    Place,
    Wait,
)
from polyterm.strategies.pricing import MIN_MARKETABLE, opposite_best, words, worst_on_grid

CROSS_GRACE_MS: Final = 30_000
"""How long after the deadline a usable book is waited for before crossing is given up."""


def before_strategy(order: OrderState, market: MarketView, now_ms: int) -> Decision | None:
    """Decide what does not depend on the strategy; nothing where the strategy is to be asked."""
    return (
        _completed(order)
        or _untradable(order, market)
        or _deadline(order, market, now_ms)
        or _beyond_limit(order)
        or _too_small(order, market)
        or _book_problem(market)
        or _unconfirmed(order)
    )


def by_deadline(order: OrderState, decision: Decision, now_ms: int) -> Decision:
    """See that a wait ends at the deadline at the latest."""
    deadline_ms = order.deadline_ms
    if not isinstance(decision, Wait) or deadline_ms is None or now_ms >= deadline_ms:
        return decision
    return Wait(decision.reason, min(decision.until_ms or deadline_ms, deadline_ms))


def sendable(order: OrderState) -> Size:
    """Shares no working child stands for, in the steps the exchange takes."""
    return floor_to(order.unplaced, SIZE_STEP)


def _completed(order: OrderState) -> Decision | None:
    return Done("filled") if order.size and order.remaining < SIZE_STEP else None


def _untradable(order: OrderState, market: MarketView) -> Decision | None:
    if not market.market.accepting_orders:
        return Fail("the market does not take orders")
    if worst_on_grid(order.worst_price, market.tick, order.side) is None:
        limit, tick = words(order.worst_price), words(market.tick)
        return Fail(f"the limit {limit} leaves no price on the grid of {tick}")
    return None


def _beyond_limit(order: OrderState) -> Decision | None:
    """A child that a new limit leaves behind is taken back."""
    for child in order.working:
        if child.is_live and not order.side.within(child.price, order.worst_price):
            limit = words(order.worst_price)
            return Cancel(child.child_id, f"{words(child.price)} is beyond the limit {limit}")
    return None


def _too_small(order: OrderState, market: MarketView) -> Decision | None:
    if order.working or not order.size or sendable(order) >= market.market.min_size:
        return None
    rest = format_units(order.remaining, 0)
    minimum = format_units(market.market.min_size, 0)
    return Done(f"rest of {rest} shares is below the market's minimum of {minimum}")


def _book_problem(market: MarketView) -> Decision | None:
    if not market.is_fresh:
        return Wait("the book is not fresh")
    if market.book.is_usable:
        return None
    if market.book.spread is None:
        return Wait("one side of the book is empty")
    return Wait("the book is locked" if market.book.spread == 0 else "the book is crossed")


def _unconfirmed(order: OrderState) -> Decision | None:
    for child in order.working:
        if not child.is_live:
            return Wait(f"waiting for the exchange's word on the child at {words(child.price)}")
    return None


def _deadline(order: OrderState, market: MarketView, now_ms: int) -> Decision | None:
    if order.deadline_ms is None or now_ms < order.deadline_ms:
        return None
    if order.end_action is EndAction.LEAVE and not order.working:
        return Done("deadline: nothing rests that could be left")
    if order.end_action in _REST:
        return _REST[order.end_action]
    return _cross(order, market, now_ms, order.deadline_ms + CROSS_GRACE_MS)


_REST: Final = {
    EndAction.LEAVE: Done("deadline: what rests is left working", leave_working=True),
    EndAction.CANCEL: Done("deadline: the rest is cancelled"),
}


def _cross(order: OrderState, market: MarketView, now_ms: int, give_up_ms: int) -> Decision:
    if order.crossed:
        return Done("deadline: took what the limit allowed")
    if order.working:
        return _unconfirmed(order) or Cancel(order.working[0].child_id, "deadline: about to cross")
    rest = sendable(order)
    if rest < market.market.min_size:
        return _too_small(order, market) or Done("deadline: nothing was sized yet")
    if _book_problem(market) is None:
        return _take(order, market, rest)
    if now_ms < give_up_ms:
        return Wait("deadline: no usable book to cross yet", give_up_ms)
    return Done("deadline: no usable book to cross")


def _take(order: OrderState, market: MarketView, rest: Size) -> Decision:
    best = opposite_best(market.book, order.side)
    worst = worst_on_grid(order.worst_price, market.tick, order.side)
    if worst is None or not order.side.crosses(worst, best):
        return Done(f"deadline: {words(best)} is beyond the limit {words(order.worst_price)}")
    if notional(best, rest) < MIN_MARKETABLE:
        return Done(f"deadline: {format_units(rest, 0)} shares at {words(best)} are less than $1")
    return Place(worst, rest, f"deadline: take up to {words(worst)}", OrderType.FAK)
