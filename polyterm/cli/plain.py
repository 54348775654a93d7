"""Views and facts as plain JSON: decimals as strings, times in ISO 8601, null where none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from polyterm.models.events import Event
from polyterm.models.market import Market
from polyterm.models.money import PPM, format_price, format_units
from polyterm.models.plan import ChangeView, PlanView
from polyterm.models.plan_words import change_lines, plan_lines
from polyterm.models.views import (
    AccountView,
    AdjustmentView,
    ChildView,
    FillView,
    HealthView,
    OrderDetail,
    OrderView,
    StopView,
)

if TYPE_CHECKING:
    from polyterm.engine.metrics import Family
    from polyterm.engine.settings import EngineSettings

Plain: TypeAlias = dict[str, Any]


def plain_order(order: OrderView) -> Plain:
    """One parent order."""
    cost = order.arrival_cost
    return {
        "order_id": order.order_id,
        "status": order.status.value,
        "reason": order.reason,
        "market": order.slug,
        "question": order.question,
        "outcome": order.outcome,
        "token_id": order.token_id,
        "side": order.side.value,
        "strategy": order.strategy,
        "urgency": order.urgency.value,
        "size": units(order.size),
        "filled": units(order.filled),
        "unsettled": units(order.unsettled),
        "remaining": units(order.remaining),
        "limit": format_price(order.worst_price),
        "average_price": decimal_text(order.average_price),
        "fees": units(order.fees),
        "arrival_price": estimate(order.arrival, scale=10_000),
        "arrival_cost": None if cost is None else units(cost),
        "arrival_cost_cents_per_share": estimate(order.arrival_cost_cents),
        "adjustments": order.adjustments,
        "children": order.children,
        "working": [plain_child(child) for child in order.working],
        "created_at": moment(order.created_ms),
        "ended_at": moment(order.ended_ms),
        "deadline_at": moment(order.deadline_ms),
        "end_action": order.end_action.value,
    }


def plain_detail(detail: OrderDetail) -> Plain:
    """One parent order with its history."""
    history = {
        "children": [plain_child(child) for child in detail.children],
        "fills": [plain_fill(fill) for fill in detail.fills],
        "adjustments": [_adjustment(adjustment) for adjustment in detail.adjustments],
    }
    return plain_order(detail.order) | {"history": history}


def plain_child(child: ChildView) -> Plain:
    """One child order."""
    return {
        "child_id": child.child_id,
        "status": child.status.value,
        "side": child.side.value,
        "price": format_price(child.price),
        "size": units(child.size),
        "matched": units(child.matched),
        "order_type": child.order_type.value,
        "post_only": child.post_only,
        "reason": child.reason,
        "created_at": moment(child.created_ms),
        "ended_at": moment(child.ended_ms),
    }


def plain_fill(fill: FillView) -> Plain:
    """One trade of a child."""
    return {
        "trade_id": fill.trade_id,
        "child_id": fill.child_id,
        "status": fill.status.value,
        "side": fill.side.value,
        "price": format_price(fill.price),
        "size": units(fill.size),
        "fee": units(fill.fee),
        "is_maker": fill.is_maker,
        "at": moment(fill.at_ms),
    }


def _adjustment(adjustment: AdjustmentView) -> Plain:
    return {
        "number": adjustment.number,
        "old_price": format_price(adjustment.old_price),
        "new_price": format_price(adjustment.new_price),
        "size": units(adjustment.size),
        "reason": adjustment.reason,
        "at": moment(adjustment.at_ms),
    }


def plain_stop(stop: StopView) -> Plain:
    """The emergency stop and its proof."""
    return {
        "state": stop.state.value,
        "since": moment(stop.since_ms),
        "open_orders": stop.open_orders,
        "reason": stop.reason,
    }


def plain_health(health: HealthView) -> Plain:
    """Whether the engine can be trusted right now."""
    return msgspec.to_builtins(health) | {
        "exposure": units(health.exposure),
        "stop": plain_stop(health.stop),
    }


def plain_account(account: AccountView) -> Plain:
    """Money and shares."""
    return {
        "address": account.address,
        "cash": units(account.cash),
        "reserved": units(account.reserved),
        "available": units(account.available),
        "positions": [
            {
                "token_id": position.token_id,
                "size": units(position.size),
                "spendable": units(position.spendable),
            }
            for position in account.positions
        ],
        "at": moment(account.at_ms or None),
    }


def plain_market(market: Market) -> Plain:
    """One market and the tokens of its outcomes."""
    return {
        "market": market.slug,
        "question": market.question,
        "event": market.event_slug or None,
        "is_exclusive": market.neg_risk,
        "outcomes": [
            {"outcome": outcome.name, "token_id": outcome.token_id} for outcome in market.outcomes
        ],
        "tick": format_price(market.tick),
        "min_size": units(market.min_size),
        "taker_fee_rate": decimal_text(Decimal(market.fees.rate_ppm) / PPM),
        "accepting_orders": market.accepting_orders,
        "ends_at": moment(market.end_ms),
        "volume": units(market.volume),
    }


def plain_plan(plan: PlanView) -> Plain:
    """The children an order would place."""
    return {
        "note": plan.note,
        "changes": list(plan.changes),
        "warnings": list(plan.warnings),
        "words": list(plan_lines(plan)),
        "limit": format_price(plan.limit),
        "worst_total": units(plan.total),
        "size": units(plan.size),
        "children": [
            {
                "size": units(child.size),
                "after_s": None if child.after_ms is None else child.after_ms / 1000,
            }
            for child in plan.children
        ],
    }


def plain_change(change: ChangeView) -> Plain:
    """What a change would make of an order."""
    return {
        "words": list(change_lines(change)),
        "risks": list(change.risks),
        "before": plain_plan(change.before),
        "after": plain_plan(change.after),
    }


def plain_limits(settings: EngineSettings) -> Plain:
    """The engine's limits and habits, as the settings file would name them."""
    return settings.model_dump(mode="json")


def plain_family(family: Family) -> Plain:
    """One family of metrics."""
    return {
        "name": family.name,
        "kind": family.kind.value,
        "help": family.help,
        "samples": [
            {
                "name": family.name + sample.suffix,
                "labels": dict(sample.labels),
                "value": str(sample.value),
            }
            for sample in family.samples
        ],
    }


def plain_counts(orders: Iterable[OrderView]) -> dict[str, int]:
    """How many orders stand in each status."""
    return dict(Counter(order.status.value for order in orders))


_WRITTEN: dict[str, Callable[[int], str]] = {
    **dict.fromkeys(("price", "old_price", "new_price", "worst_price"), format_price),
    **dict.fromkeys(("size", "old_size", "new_size", "matched", "fee"), lambda value: units(value)),
}


def plain_event(event: Event) -> Plain:
    """One fact, its amounts written out."""
    return written(msgspec.to_builtins(event))


def written(fact: Plain) -> Plain:
    """A fact as the journal keeps it, its amounts written out."""
    return {
        name: _WRITTEN[name](value) if name in _WRITTEN and value is not None else value
        for name, value in fact.items()
    }


def units(value: int) -> str:
    """Shares or dollars without needless zeros: `500`, `0.5`."""
    return format_units(value, 0)


def moment(at_ms: int | None) -> str | None:
    """Epoch milliseconds as UTC in ISO 8601."""
    if at_ms is None:
        return None
    text = datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def decimal_text(value: Decimal | None) -> str | None:
    """A number without needless zeros and without an exponent."""
    return None if value is None else f"{value.normalize():f}"


def estimate(value: float | None, scale: int = 1) -> str | None:
    """A statistic to six decimals; never money that anybody owes."""
    return None if value is None else decimal_text(Decimal(f"{value / scale:.6f}"))
