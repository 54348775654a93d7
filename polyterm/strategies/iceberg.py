"""Iceberg: one tranche after another, each resting at a competitive price, with random pauses."""

from __future__ import annotations

from random import Random
from typing import cast

from polyterm.models.enums import Urgency
from polyterm.models.money import SIZE_STEP, Size, floor_to, format_units, notional, parse_units
from polyterm.models.plan import PlannedChild, PlanView
from polyterm.strategies.adaptation import Answer, adapt, moved
from polyterm.strategies.base import (
    Cancel,
    Decision,
    Intent,
    MarketView,
    OrderState,
    Place,
    Strategy,
    Wait,
    Working,
)
from polyterm.strategies.feasibility import shares
from polyterm.strategies.iceberg_params import IcebergParams
from polyterm.strategies.lifecycle import sendable
from polyterm.strategies.pricing import MIN_MARKETABLE, competitive, taking, words
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


def plan(intent: Intent) -> PlanView:
    """The tranches without their random part."""
    params = cast("IcebergParams", intent.params)
    allowed = tranche_range(params, intent.size, intent.market.min_size)
    children: list[PlannedChild] = []
    rest = intent.size
    while rest > 0:
        size = next_tranche(rest, allowed, 0.0)
        children.append(PlannedChild(size=size))
        rest -= size
    return PlanView(
        children=tuple(children),
        note=f"{len(children)} tranches of about {shares(min(allowed.nominal, intent.size))}",
        changes=tuple(_changes(params, allowed)),
        warnings=tuple(_warnings(intent, allowed)),
    )


def _changes(params: IcebergParams, allowed: TrancheRange) -> list[str]:
    typed = {
        "tranches": (params.tranche_size, allowed.nominal),
        "smallest tranche": (params.min_tranche, allowed.low),
        "largest tranche": (params.max_tranche, allowed.high),
    }
    return [
        f"{what} of {shares(kept)} instead of {asked}: smaller ones cannot be sent"
        for what, (asked, kept) in typed.items()
        if asked is not None and parse_units(asked) < kept
    ]


def _warnings(intent: Intent, allowed: TrancheRange) -> list[str]:
    takes = intent.urgency is Urgency.HIGH and not intent.post_only
    if not takes or notional(intent.worst_price, allowed.nominal) >= MIN_MARKETABLE:
        return []
    return ["a tranche is worth less than $1 at the limit: it can only rest"]


def _watch(order: OrderState, child: Working, market: MarketView, now_ms: int) -> Decision:
    over_ms = _over_ms(order, child)
    if over_ms is not None and now_ms >= over_ms:
        return Cancel(child.child_id, "tranche timeout: what is left joins the next one")
    decision = _adapted(order, child, market, now_ms)
    if over_ms is None or not isinstance(decision, Wait):
        return decision
    return Wait(decision.reason, min(decision.until_ms or over_ms, over_ms))


def _over_ms(order: OrderState, child: Working) -> int | None:
    timeout_s = cast("IcebergParams", order.params).tranche_timeout_s
    return None if timeout_s is None else child.since_ms + int(timeout_s * 1000)


def _adapted(order: OrderState, child: Working, market: MarketView, now_ms: int) -> Decision:
    adaptation = adapt(order, child, market, now_ms)
    if adaptation.answer is Answer.WAIT:
        return Wait(f"{adaptation.reason}{_leak(order)}", adaptation.until_ms)
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


def _leak(order: OrderState) -> str:
    if not order.stepped_ahead:
        return ""
    return f" (others stepped ahead of {order.stepped_ahead} of {order.children})"


def _between(random: Random, low: float, high: float) -> float:
    return low + (high - low) * random.random()


ICEBERG = Strategy(IcebergParams, "Iceberg", decide, plan)
