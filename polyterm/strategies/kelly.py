"""Kelly: a target size by the Kelly criterion, worked by the micro-price strategy."""

from __future__ import annotations

from dataclasses import replace
from math import ceil, floor
from random import Random
from typing import cast

from polyterm.models.enums import Side
from polyterm.models.money import (
    PRICE_ONE,
    SIZE_STEP,
    UNIT,
    Dollars,
    Price,
    Size,
    floor_to,
    format_units,
    notional,
    notional_up,
    parse_units,
)
from polyterm.strategies import micro_price
from polyterm.strategies.base import (
    Cancel,
    Decision,
    Fail,
    Funds,
    MarketView,
    OrderState,
    Replace,
    Resize,
    Strategy,
    Taken,
    Wait,
)
from polyterm.strategies.kelly_params import KellyParams
from polyterm.strategies.kelly_sizing import KellyInputs, KellySizing, capped, size_kelly
from polyterm.strategies.kelly_walk import walk_book
from polyterm.strategies.pricing import cautious, words
from polyterm.strategies.shrinkage import blended

_SIGNIFICANT = 10
"""A target is set anew when it moved by a tenth, and by a sendable size."""


def decide(order: OrderState, market: MarketView, now_ms: int, random: Random) -> Decision:
    """Size at our own price, set the target anew where it moved, then work it."""
    if order.funds is None:
        return Wait("the account is not known yet")
    market = micro_price.estimated(order, market)
    price = _own_price(order, market)
    if price is None:
        return Wait("no room to rest on our side of the book")
    sizing = size_kelly(_inputs(order, market, price))
    more = _sendable(order, sizing.shares)
    if more < market.market.min_size:
        return _stand_aside(order, now_ms, price, sizing)
    return (
        _resize(order, market, now_ms, sizing, order.filled + more)
        or _beyond_reservation(order, sizing)
        or _work(_narrowed(order, sizing, more), market, now_ms, random)
    )


def crossing(order: OrderState, market: MarketView) -> Taken:
    """What Kelly takes from the book at the deadline: less than rests, as taking costs more."""
    if order.funds is None:
        return Taken(0, order.worst_price)
    inputs = replace(_inputs(order, market, order.worst_price), takes=True)
    walked = walk_book(inputs, market.book.side(order.side.opposite))
    allowed, _ = capped(replace(inputs, price=walked.price), walked.size / UNIT)
    return Taken(_sendable(order, allowed), walked.price)


def _own_price(order: OrderState, market: MarketView) -> Price | None:
    if order.working:
        return order.working[0].price
    return micro_price.target_price(order, market)


def _inputs(order: OrderState, market: MarketView, price: Price) -> KellyInputs:
    params, funds = _params(order), _funds(order)
    own_bids = sum(notional(child.price, child.remaining) for child in order.working)
    return KellyInputs(
        probability=_probability(params, market),
        price=price,
        side=order.side,
        fees=market.market.fees,
        takes=False,
        wealth=funds.wealth if params.bankroll is None else parse_units(params.bankroll),
        held=funds.held,
        held_opposite=funds.held_opposite,
        held_value=funds.held_value,
        fraction=float(params.fraction),
        max_stake=_stake_left(order),
        cash=funds.available + own_bids,
        min_size=market.market.min_size,
        tick=market.tick,
    )


def _probability(params: KellyParams, market: MarketView) -> float:
    own, confidence = float(params.probability), float(params.confidence)
    if confidence == 1 or market.micro is None:
        return own
    return blended(own, market.micro / PRICE_ONE, confidence)


def _sendable(order: OrderState, more: Size) -> Size:
    if order.side is Side.SELL:
        offered = sum(child.remaining for child in order.working)
        more = min(more, _funds(order).sellable + offered)
    if order.size_cap is not None:
        more = min(more, order.size_cap - order.filled)
    return floor_to(max(more, 0), SIZE_STEP)


def _stand_aside(order: OrderState, now_ms: int, price: Price, sizing: KellySizing) -> Decision:
    why = "; ".join(sizing.notes) or "what may be sent is below the market's minimum"
    if not order.children:
        return Fail(f"nothing to {order.side.lower()} at {words(price)}: {why}")
    if order.working:
        return Cancel(order.working[0].child_id, f"no more at {words(price)}: {why}")
    return Wait(f"no more at {words(price)}: {why}", now_ms + _recalculate_ms(order))


def _resize(
    order: OrderState, market: MarketView, now_ms: int, sizing: KellySizing, target: Size
) -> Decision | None:
    if not _is_due(order, now_ms) or not _is_significant(order, target, market.market.min_size):
        return None
    reason = f"Kelly target {format_units(target, 0)} shares: edge {sizing.edge:.4f}"
    stands_for = order.filled + sum(child.remaining for child in order.working)
    if target < stands_for:
        return Cancel(order.working[0].child_id, f"{reason}, less than what works now")
    return Resize(target, "; ".join((reason, *sizing.notes)))


def _is_due(order: OrderState, now_ms: int) -> bool:
    if not order.children or order.resized_ms is None:
        return True
    return now_ms >= order.resized_ms + _recalculate_ms(order)


def _is_significant(order: OrderState, target: Size, min_size: Size) -> bool:
    change = abs(target - order.size)
    return change > 0 if not order.children else change >= max(order.size // _SIGNIFICANT, min_size)


def _beyond_reservation(order: OrderState, sizing: KellySizing) -> Decision | None:
    limit = _limit(order, sizing)
    for child in order.working:
        if not order.side.within(child.price, limit):
            reason = f"{words(child.price)} is beyond the reservation price {words(limit)}"
            return Cancel(child.child_id, reason)
    return None


def _narrowed(order: OrderState, sizing: KellySizing, more: Size) -> OrderState:
    size = min(order.size, order.filled + more)
    return replace(order, worst_price=_limit(order, sizing), size=size)


def _work(order: OrderState, market: MarketView, now_ms: int, random: Random) -> Decision:
    decision = micro_price.decide(order, market, now_ms, random)
    if isinstance(decision, Replace):
        decision = _worth_moving(order, market, decision) or decision
    look_ms = now_ms + _recalculate_ms(order)
    if not isinstance(decision, Wait):
        return decision
    return Wait(decision.reason, min(decision.until_ms or look_ms, look_ms))


def _worth_moving(order: OrderState, market: MarketView, move: Replace) -> Decision | None:
    there = size_kelly(_inputs(order, market, move.price))
    child, min_size = order.working[0], market.market.min_size
    if there.shares < min_size:
        why = "; ".join(there.notes)
        return Wait(f"holding {words(child.price)}, nothing to add at {words(move.price)}: {why}")
    too_many = child.remaining - there.shares
    if too_many >= max(child.remaining // _SIGNIFICANT, min_size) or _is_overstaked(order, move):
        return Cancel(child.child_id, f"{move.reason}, with {format_units(there.shares, 0)} shares")
    return None


def _is_overstaked(order: OrderState, move: Replace) -> bool:
    stake = _stake_left(order)
    return stake is not None and notional_up(move.price, order.working[0].remaining) > stake


def _stake_left(order: OrderState) -> Dollars | None:
    most = _params(order).max_stake
    return None if most is None else max(parse_units(most) - order.paid, 0)


def _limit(order: OrderState, sizing: KellySizing) -> Price:
    edge = sizing.reservation * PRICE_ONE
    reservation = floor(edge) if order.side is Side.BUY else ceil(edge)
    return cautious(order.side, order.worst_price, reservation)


def _recalculate_ms(order: OrderState) -> int:
    return int(_params(order).recalculate_s * 1000)


def _params(order: OrderState) -> KellyParams:
    return cast("KellyParams", order.params)


def _funds(order: OrderState) -> Funds:
    return cast("Funds", order.funds)


KELLY = Strategy(KellyParams, "Kelly", decide, micro_price.plan, crossing)
