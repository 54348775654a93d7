"""TWAP: the size in slices over a time, each resting first and taking late, arrears made up."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import cast

from pydantic import Field

from polyterm.models.market import Market
from polyterm.models.money import SIZE_STEP, Price, Size, floor_to, format_units
from polyterm.models.plan import PlannedChild, PlanView
from polyterm.models.strategy_params import StrategyParams
from polyterm.strategies.base import (
    Cancel,
    Decision,
    Intent,
    MarketView,
    OrderState,
    Strategy,
    Wait,
)
from polyterm.strategies.feasibility import (
    ends_ms,
    least_child,
    most_children,
    shares,
    whole_tail,
)
from polyterm.strategies.schedule import Schedule
from polyterm.strategies.taking_late import show, watch


class TwapParams(StrategyParams):
    """Trade evenly over a time: so many slices, each of a random size at a random moment."""

    strategy: str = "twap"
    duration_s: Decimal = Field(
        default=Decimal(600), ge=10, le=Decimal(30 * 86_400), title="Duration"
    )
    """Seconds from acceptance to the end of the last slice; shorter where the deadline is."""
    slices: int = Field(default=10, ge=1, le=500, title="Slices")
    """How many children the size is cut into; fewer where they would be too small to send."""
    variation: Decimal = Field(default=Decimal("0.2"), ge=0, le=Decimal("0.4"), title="Variation")
    """Random part of a slice that trades earlier or later: 0.2 is +-20 %."""
    take_after: Decimal = Field(default=Decimal("0.7"), ge=0, le=1, title="Take after")
    """Part of a slice's time after which its rest takes, within the limit; 1 never takes."""
    max_catch_up: Decimal = Field(default=Decimal(3), ge=1, le=100, title="Catch-up")
    """A child is at most so many plain slices large, however far the order is behind."""


def decide(order: OrderState, market: MarketView, now_ms: int, random: Random) -> Decision:
    """Work what is due by the end of the present slice."""
    params, schedule = _params(order), schedule_of(order, market.market)
    number = schedule.number(now_ms)
    due = schedule.due(number)
    label = (
        f"slice {number + 1}/{schedule.count}, {format_units(order.filled, 0)} of {shares(due)} due"
    )
    late_ms = _late_ms(params, schedule, number)
    is_late = late_ms is not None and now_ms >= late_ms
    if order.working:
        return _watch(order, market, now_ms, schedule, number, label, late_ms)
    if now_ms < schedule.opens_ms(number):
        return Wait(f"{label}: opens soon", schedule.opens_ms(number))
    size = _child_size(order, market, schedule, due)
    if not size:
        return Wait(f"{label}: on schedule", schedule.start_ms(number + 1))
    return show(order, market, size, label, late=is_late)


def schedule_of(order: OrderState, market: Market) -> Schedule:
    """The order's schedule, from its state alone: the same before and after a restart."""
    least = _least(market, order.worst_price, post_only=order.post_only)
    return _schedule(
        _params(order),
        market,
        order.size,
        least,
        order.accepted_ms,
        order.deadline_ms,
        order.seed,
    )


def plan(intent: Intent) -> PlanView:
    """The slices without their random part."""
    params = cast("TwapParams", intent.params)
    least = _least(intent.market, intent.worst_price, post_only=intent.post_only)
    schedule = _schedule(
        params, intent.market, intent.size, least, intent.starts_ms, intent.deadline_ms, seed=0
    )
    every_s = schedule.slice_ms / 1000
    plain = floor_to(intent.size // schedule.count, SIZE_STEP)
    last = intent.size - plain * (schedule.count - 1)
    sizes = [plain] * (schedule.count - 1) + [last]
    return PlanView(
        children=tuple(
            PlannedChild(size=size, after_ms=number * schedule.slice_ms)
            for number, size in enumerate(sizes)
        ),
        note=f"{schedule.count} slices of about {shares(plain)}, one every {every_s:g} s",
        changes=tuple(_changes(params, schedule, least)),
    )


def _changes(params: TwapParams, schedule: Schedule, least: Size) -> list[str]:
    lasts_s = schedule.slice_ms * schedule.count / 1000
    changes: list[str] = []
    if lasts_s < float(params.duration_s) - 1:
        changes.append(f"over {lasts_s:g} s instead of {params.duration_s}: it must end by then")
    if schedule.count < params.slices:
        why = f"one must be {shares(least)} at least, and come a second after the other"
        changes.append(f"{schedule.count} slices instead of {params.slices}: {why}")
    return changes


def _schedule(
    params: TwapParams,
    market: Market,
    size: Size,
    least: Size,
    starts_ms: int,
    deadline_ms: int | None,
    seed: int,
) -> Schedule:
    typed_ms = starts_ms + int(params.duration_s * 1000)
    end_ms = ends_ms(market, starts_ms, typed_ms, deadline_ms) or typed_ms
    lasts_ms = end_ms - starts_ms
    count = min(params.slices, most_children(size, least, lasts_ms))
    slice_ms = max(lasts_ms // count, 1)
    return Schedule(size, starts_ms, slice_ms, count, float(params.variation), seed)


def _watch(
    order: OrderState,
    market: MarketView,
    now_ms: int,
    schedule: Schedule,
    number: int,
    label: str,
    late_ms: int | None,
) -> Decision:
    child, start_ms = order.working[0], schedule.start_ms(number)
    if child.since_ms < start_ms and schedule.opens_ms(number) <= now_ms:
        more = _child_size(order, market, schedule, schedule.due(number) - child.remaining)
        if more:
            return Cancel(child.child_id, f"{label}: the rest of the slice before joins this one")
    return _until(watch(order, child, market, now_ms, label, late_ms), schedule, number, now_ms)


def _late_ms(params: TwapParams, schedule: Schedule, number: int) -> int | None:
    if params.take_after == 1:
        return None
    return schedule.start_ms(number) + int(params.take_after * schedule.slice_ms)


def _until(decision: Decision, schedule: Schedule, number: int, now_ms: int) -> Decision:
    """A wait ends when the next slice opens, which may need more than the child at work."""
    if not isinstance(decision, Wait) or number == schedule.count - 1:
        return decision
    following = [schedule.opens_ms(number), schedule.opens_ms(number + 1)]
    look_ms = next(time for time in following if time > now_ms)
    return Wait(decision.reason, min(decision.until_ms or look_ms, look_ms))


def _child_size(order: OrderState, market: MarketView, schedule: Schedule, due: Size) -> Size:
    """What is behind schedule, in a size that may be sent; nothing where it is too little."""
    least = market.market.min_size
    rest = floor_to(order.unplaced, SIZE_STEP)
    most = int(_params(order).max_catch_up * schedule.size / schedule.count)
    behind = floor_to(min(due - order.filled, most), SIZE_STEP)
    size = whole_tail(min(max(behind, 0), rest), rest, least) if behind > 0 else 0
    return size if size >= least else 0


def _least(market: Market, worst: Price, *, post_only: bool) -> Size:
    return least_child(market, worst, takes=not post_only)


def _params(order: OrderState) -> TwapParams:
    return cast("TwapParams", order.params)


TWAP = Strategy(TwapParams, "TWAP", decide, plan)
