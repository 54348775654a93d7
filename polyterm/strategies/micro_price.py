"""Micro-price: one resting order kept inside a band around the size-weighted mid."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import cast

from polyterm.models.money import Price
from polyterm.models.plan import PlannedChild, PlanView
from polyterm.strategies.adaptation import moved, step
from polyterm.strategies.band_params import BandParams
from polyterm.strategies.base import (
    URGENCY,
    Decision,
    Intent,
    MarketView,
    OrderState,
    Place,
    Strategy,
    Wait,
    Working,
)
from polyterm.strategies.detection import at_price_ms
from polyterm.strategies.feasibility import shares
from polyterm.strategies.lifecycle import sendable
from polyterm.strategies.pricing import (
    aggression_bound,
    ahead,
    band,
    cautious,
    own_best,
    resting,
    toward_opposite,
    words,
)
from polyterm.strategies.queue_value import front, place_value
from polyterm.strategies.stoikov import estimate


class MicroPriceParams(BandParams):
    """Rest one order inside a band around the micro-price, and follow it."""

    strategy: str = "micro_price"


def decide(order: OrderState, market: MarketView, now_ms: int, random: Random) -> Decision:
    """Rest all that is left at the target price, and follow it."""
    market = estimated(order, market)
    target = target_price(order, market)
    if target is None:
        return Wait("no room to rest on our side of the book")
    if order.working:
        return _watch(order, order.working[0], market, now_ms, target)
    ready_ms = (order.last_ended_ms or 0) + _interval_ms(order)
    if order.children and now_ms < ready_ms:
        return Wait("pause after the last child", ready_ms)
    reason = f"rest at {words(target)}, micro-price {words(market.micro or 0)}"
    return Place(target, sendable(order), reason, post_only=True)


def estimated(order: OrderState, market: MarketView) -> MarketView:
    """The market with its fair price by the order's own table, where it has one."""
    table = _params(order).imbalance_table
    if not table or market.estimate is not None:
        return market
    return replace(market, estimate=estimate(market.book, market.tick, table))


def plan(intent: Intent) -> PlanView:
    """One child of the whole size, moved within its adjustments."""
    moves = cast("BandParams", intent.params).max_adjustments
    note = f"one order of {shares(intent.size)} inside the band, moved {moves} times at most"
    return PlanView(children=(PlannedChild(size=intent.size),), note=note)


def target_price(order: OrderState, market: MarketView) -> Price | None:
    """The micro-price on our own side, not too far ahead of the others; nothing if none rests."""
    bound = aggression_bound(market, order.side, _params(order).aggression_bps)
    return resting(order, market, cautious(order.side, _own_side(order, market), bound))


def _own_side(order: OrderState, market: MarketView) -> Price:
    micro = market.micro or 0.0
    return int(micro) if order.side.sign > 0 else -int(-micro // 1)


def _watch(
    order: OrderState, child: Working, market: MarketView, now_ms: int, target: Price
) -> Decision:
    params = _params(order)
    cause = _displaced(order, child, market)
    if cause and target != child.price and _keeps_place(order, child, market):
        return Wait(f"{cause}, but its place in the queue is worth more")
    if cause and target != child.price:
        if order.adjustments >= params.max_adjustments:
            return Wait(f"all {params.max_adjustments} adjustments used: holding, {cause}")
        why = f"{cause}, move to {words(target)}"
        return _at_interval(order, child, market, now_ms, target, why)
    return _improve(order, child, market, now_ms)


def _displaced(order: OrderState, child: Working, market: MarketView) -> str:
    params, price = _params(order), child.price
    low, high = band(market, params.threshold_bps)
    slack = float(params.hysteresis_ticks) * market.tick
    if not low - slack <= price <= high + slack:
        return f"{words(price)} is out of the band {words(low)} to {words(high)}"
    bound = aggression_bound(market, order.side, params.aggression_bps)
    if ahead(order.side, price, bound) >= market.tick:
        best = words(own_best(market.book, order.side))
        return f"{words(price)} is too far ahead of the next best {best}"
    return ""


def _keeps_place(order: OrderState, child: Working, market: MarketView) -> bool:
    """Whether moving gains less, measured from the band's edge, than the place is worth."""
    low, high = band(market, _params(order).threshold_bps)
    gain = max(low - child.price, child.price - high, 0.0)
    return gain < place_value(child, market, order.side)


def _improve(order: OrderState, child: Working, market: MarketView, now_ms: int) -> Decision:
    params, profile = _params(order), URGENCY[order.urgency]
    at = f"resting at {words(child.price)}"
    if order.adjustments >= min(profile.max_adjustments, params.max_adjustments):
        return Wait(f"{at}, adjustments used")
    patience_ms = profile.patience_ms * (1 + front(child, market, order.side))
    due_ms = child.since_ms + int(patience_ms)
    if now_ms < due_ms:
        return Wait(at, due_ms)
    price = _one_step(order, child, market, step(profile, market.tick))
    if price is None or ahead(order.side, price, child.price) <= 0:
        return Wait(f"{at}, as far as band and limit allow")
    seconds = at_price_ms(child, now_ms) // 1000
    why = f"not filled: {seconds} s at {words(child.price)}, step to {words(price)}"
    return _at_interval(order, child, market, now_ms, price, why)


def _one_step(order: OrderState, child: Working, market: MarketView, by: Price) -> Price | None:
    params, side = _params(order), order.side
    low, high = band(market, params.threshold_bps)
    far_edge = int(high) if side.sign > 0 else -int(-low // 1)
    bound = aggression_bound(market, side, params.aggression_bps)
    return resting(
        order, market, cautious(side, toward_opposite(side, child.price, by), far_edge, bound)
    )


def _at_interval(
    order: OrderState, child: Working, market: MarketView, now_ms: int, price: Price, why: str
) -> Decision:
    ready_ms = max(child.since_ms, order.last_adjusted_ms or 0) + _interval_ms(order)
    if now_ms < ready_ms:
        return Wait(why, ready_ms)
    return moved(order, market, child, price, why)


def _interval_ms(order: OrderState) -> int:
    return int(_params(order).min_interval_s * 1000)


def _params(order: OrderState) -> BandParams:
    return cast("BandParams", order.params)


MICRO_PRICE = Strategy(MicroPriceParams, "Micro-price", decide, plan)
