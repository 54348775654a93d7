"""Iceberg: one tranche after another, each resting at a competitive price, with random pauses."""

from __future__ import annotations

from random import Random
from typing import cast

from polyterm.models.enums import Urgency
from polyterm.models.money import SIZE_STEP, Size, floor_to, format_units
from polyterm.models.order_request import IcebergParams
from polyterm.strategies.adaptation import Answer, adapt, moved
from polyterm.strategies.base import Decision, MarketView, OrderState, Place, Wait, Working
from polyterm.strategies.lifecycle import sendable
from polyterm.strategies.pricing import competitive, taking, words
from polyterm.strategies.tranches import TrancheRange, next_tranche, tranche_range


def decide(order: OrderState, market: MarketView, now_ms: int, random: Random) -> Decision:
    """Watch the tranche at work, pause after it, then show the next one."""
    if order.working:
        return _watch(order, order.working[0], market, now_ms)
    params = cast("IcebergParams", order.params)
    pause_ms = _between(random, float(params.min_delay_s), float(params.max_delay_s)) * 1000
    ready_ms = (order.last_ended_ms or 0) + round(pause_ms)
    if now_ms < ready_ms:
        return Wait("pause before the next tranche", ready_ms)
    variation = float(params.tranche_variation)
    return _show(order, market, params, _between(random, -variation, variation))


def _watch(order: OrderState, child: Working, market: MarketView, now_ms: int) -> Decision:
    adaptation = adapt(order, child, market, now_ms)
    if adaptation.answer is Answer.WAIT:
        return Wait(adaptation.reason, adaptation.until_ms)
    return moved(order, market, child, adaptation.price, adaptation.reason)


def _show(
    order: OrderState, market: MarketView, params: IcebergParams, variation: float
) -> Decision:
    rest, allowed = sendable(order), tranche_range(params, order.size, market.market.min_size)
    if order.urgency is Urgency.HIGH:
        shown = _visible(order, market, allowed)
        size = next_tranche(rest, shown, variation)
        price = taking(order, market, size)
        if price is not None:
            return Place(price, size, _words(order, size, f"take the best at {words(price)}"))
    size = next_tranche(rest, allowed, variation)
    price = competitive(order, market)
    if price is None:
        return Wait("no room to rest on our side of the book")
    return Place(price, size, _words(order, size, f"rest at {words(price)}"), post_only=True)


def _visible(order: OrderState, market: MarketView, allowed: TrancheRange) -> TrancheRange:
    displayed = floor_to(market.book.side(order.side.opposite)[0].size, SIZE_STEP)
    high = max(min(allowed.high, displayed), allowed.low)
    return TrancheRange(min(allowed.nominal, high), allowed.low, high)


def _words(order: OrderState, size: Size, what: str) -> str:
    return f"tranche {order.children + 1}: {format_units(size, 0)} shares, {what}"


def _between(random: Random, low: float, high: float) -> float:
    return low + (high - low) * random.random()
