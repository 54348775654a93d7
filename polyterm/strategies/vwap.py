"""VWAP by participation: a share of what the market trades, as it trades it."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import cast

from pydantic import Field

from polyterm.models.money import SIZE_STEP, Size, ceil_to, floor_to, format_units, parse_units
from polyterm.models.plan import PlannedChild, PlanView
from polyterm.models.strategy_params import Shares, StrategyParams
from polyterm.strategies.base import Decision, Intent, MarketView, OrderState, Strategy, Wait
from polyterm.strategies.feasibility import least_child, shares, smallest_child, whole_tail
from polyterm.strategies.taking_late import show, varied, watch

_DEFAULT_CHILDREN = 20
_LARGEST = 3
"""A child is at most so many plain children large, however much was traded at once."""


class VwapParams(StrategyParams):
    """Trade along with the market: a share of its volume, in children of random size."""

    strategy: str = "vwap"
    participation: Decimal = Field(
        default=Decimal("0.1"), gt=0, le=Decimal("0.5"), title="Participation"
    )
    """Part of the traded volume that is to be ours, our own fills counted in it."""
    child_size: Shares | None = Field(default=None, title="Child")
    """Shares that are due before a child is shown; a twentieth of the size where not set."""
    variation: Decimal = Field(default=Decimal("0.2"), ge=0, le=Decimal("0.5"), title="Variation")
    """Random part of a child's size: 0.2 is +-20 %."""
    take_after_s: Decimal = Field(default=Decimal(30), ge=1, le=3600, title="Take after")
    """Seconds that a child rests before it takes, within the limit."""


def decide(order: OrderState, market: MarketView, now_ms: int, random: Random) -> Decision:
    """Keep up with the volume since the order was first worked."""
    params, due = _params(order), due_shares(order, market)
    label = f"{shares(market.traded)} traded, {format_units(order.filled, 0)} of {shares(due)} due"
    if order.working:
        child = order.working[0]
        late_ms = child.since_ms + int(params.take_after_s * 1000)
        return watch(order, child, market, now_ms, label, late_ms)
    least = market.market.min_size
    plain = _plain(params, order.size, _least(order, market))
    clip = max(floor_to(varied(random, plain, float(params.variation)), SIZE_STEP), least)
    rest, behind = floor_to(order.unplaced, SIZE_STEP), due - order.filled
    if behind < min(clip, rest):
        return Wait(f"{label}: next child at {shares(min(clip, rest))} behind")
    size = whole_tail(floor_to(min(behind, _LARGEST * clip), SIZE_STEP), rest, least)
    return show(order, market, size, label, late=False)


def due_shares(order: OrderState, market: MarketView) -> Size:
    """Shares that the traded volume calls for; what was filled before it was counted stands."""
    share = int(_params(order).participation * market.traded)
    return min(order.filled_before + share, order.size)


def plan(intent: Intent) -> PlanView:
    """Plain children; when they come, the market says."""
    params = cast("VwapParams", intent.params)
    least = least_child(intent.market, intent.worst_price, takes=not intent.post_only)
    plain = _plain(params, intent.size, least)
    count = max(intent.size // plain, 1)
    sizes = [plain] * (count - 1) + [intent.size - plain * (count - 1)]
    needed = ceil_to(int(intent.size / params.participation), SIZE_STEP)
    return PlanView(
        children=tuple(PlannedChild(size=size) for size in sizes),
        note=f"{count} children of about {shares(plain)} while {shares(needed)} trade",
        changes=tuple(_changes(params, plain)),
    )


def _changes(params: VwapParams, plain: Size) -> list[str]:
    typed = params.child_size
    if typed is None or plain <= parse_units(typed):
        return []
    return [f"children of {shares(plain)} instead of {typed}: smaller ones cannot be sent"]


def _plain(params: VwapParams, size: Size, least: Size) -> Size:
    typed = parse_units(params.child_size) if params.child_size else size // _DEFAULT_CHILDREN
    return max(min(floor_to(typed, SIZE_STEP), size), smallest_child(size, least))


def _least(order: OrderState, market: MarketView) -> Size:
    return least_child(market.market, order.worst_price, takes=not order.post_only)


def _params(order: OrderState) -> VwapParams:
    return cast("VwapParams", order.params)


VWAP = Strategy(VwapParams, "VWAP", decide, plan)
