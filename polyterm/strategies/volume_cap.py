"""The participation cap, common to all: no more than a share of what others trade and show."""

from __future__ import annotations

from polyterm.models.money import SIZE_STEP, Size, floor_to
from polyterm.strategies.base import Decision, Done, MarketView, OrderState, Place, Replace, Wait
from polyterm.strategies.feasibility import least_child, shares
from polyterm.strategies.pricing import opposite_best


def capped(order: OrderState, market: MarketView, decision: Decision) -> Decision:
    """Make a child smaller, or hold it back, where it would pass the order's cap."""
    if order.volume_cap is None:
        return decision
    match decision:
        case Place():
            return _place(order, market, decision, order.volume_cap)
        case Replace():
            return _replace(order, market, decision, order.volume_cap)
        case _:
            return decision


def _place(order: OrderState, market: MarketView, place: Place, cap: float) -> Decision:
    room, takes = _part(cap, market.traded) + order.filled_before - order.filled, False
    if _takes(order, market, place.price):
        room, takes = min(room, _shown(market, order, cap)), True
    if room >= place.size:
        return place
    best = opposite_best(market.book, order.side)
    size = _sendable(order, room, least_child(market.market, best, takes=takes))
    if size:
        reason = f"{place.reason}, of which the volume cap allows {shares(size)}"
        return Place(place.price, size, reason, place.order_type, place.post_only)
    return _held(order, place, f"the volume cap of {cap:.0%} leaves {shares(max(room, 0))}")


def _replace(order: OrderState, market: MarketView, move: Replace, cap: float) -> Decision:
    child, shown = order.working[0], _shown(market, order, cap)
    if not _takes(order, market, move.price) or child.remaining <= shown:
        return move
    return Wait(f"holding: the volume cap of {cap:.0%} allows to take {shares(shown)}")


def _held(order: OrderState, place: Place, reason: str) -> Decision:
    return Done(f"deadline: {reason}") if not place.order_type.rests else Wait(reason)


def _takes(order: OrderState, market: MarketView, price: int) -> bool:
    return order.side.crosses(price, opposite_best(market.book, order.side))


def _shown(market: MarketView, order: OrderState, cap: float) -> Size:
    return _part(cap, market.book.side(order.side.opposite)[0].size)


def _part(cap: float, size: Size) -> Size:
    return floor_to(int(size * cap), SIZE_STEP)


def _sendable(order: OrderState, room: Size, least: Size) -> Size:
    """The largest size that leaves nothing, or enough for another child."""
    size = floor_to(min(room, order.unplaced - least), SIZE_STEP)
    return size if size >= least else 0
