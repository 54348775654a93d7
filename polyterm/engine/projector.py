"""From what the engine keeps to what it shows: frozen views, made when asked for."""

from __future__ import annotations

from polyterm.engine.parent import Child, Parent
from polyterm.engine.records import FillRecord
from polyterm.models.enums import TradeStatus
from polyterm.models.snapshot import BAND_BPS
from polyterm.models.views import AdjustmentView, ChildView, FillView, OrderDetail, OrderView


def order_view(parent: Parent) -> OrderView:
    """One order."""
    record, request = parent.record, parent.record.request
    fills = [fill for fill in parent.fills if fill.status is not TradeStatus.FAILED]
    return OrderView(
        order_id=record.order_id,
        token_id=request.token_id,
        slug=record.slug,
        question=record.question,
        outcome=record.outcome,
        side=request.side,
        strategy=request.strategy,
        urgency=request.urgency,
        status=record.status,
        reason=record.reason if record.status.is_final else parent.waits_for or record.reason,
        size=record.target,
        filled=sum(fill.size for fill in fills),
        unsettled=sum(fill.size for fill in fills if not fill.status.is_final),
        paid=parent.paid(),
        fees=parent.fees(),
        worst_price=request.worst_price,
        tick=record.tick,
        arrival=record.arrival,
        adjustments=record.adjustments,
        working=tuple(child_view(child) for child in parent.working),
        children=len(parent.children),
        created_ms=record.created_ms,
        ended_ms=record.ended_ms,
        deadline_ms=record.deadline_ms,
        end_action=request.end_action,
        size_cap=request.size_units,
        band_bps=getattr(request.params, "threshold_bps", BAND_BPS),
    )


def order_detail(parent: Parent) -> OrderDetail:
    """One order with everything under it."""
    return OrderDetail(
        order=order_view(parent),
        children=tuple(child_view(child) for child in parent.children.values()),
        fills=tuple(fill_view(fill) for fill in parent.fills),
        adjustments=tuple(
            AdjustmentView(
                number=adjusted.number,
                at_ms=adjusted.at_ms,
                old_price=adjusted.old_price,
                new_price=adjusted.new_price,
                size=adjusted.size,
                reason=adjusted.reason,
            )
            for adjusted in parent.adjustments
        ),
    )


def child_view(child: Child) -> ChildView:
    """One child."""
    record = child.record
    return ChildView(
        child_id=record.child_id,
        order_id=record.order_id,
        status=record.status,
        side=record.side,
        price=record.price,
        size=record.size,
        matched=child.matched,
        order_type=record.order_type,
        post_only=record.post_only,
        created_ms=record.created_ms,
        ended_ms=record.ended_ms,
        reason=record.reason,
    )


def fill_view(fill: FillRecord) -> FillView:
    """One fill."""
    return FillView(
        trade_id=fill.trade_id,
        child_id=fill.child_id,
        order_id=fill.order_id,
        side=fill.side,
        price=fill.price,
        size=fill.size,
        fee=fill.fee,
        is_maker=fill.is_maker,
        status=fill.status,
        at_ms=fill.at_ms,
    )
