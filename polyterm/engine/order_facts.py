"""Facts about a child or a fill, as the journal keeps them."""

from __future__ import annotations

from polyterm.engine.parent import Child
from polyterm.engine.records import FillRecord
from polyterm.models.events import ChildChanged, Filled, FillSettled


def changed(child: Child, at_ms: int) -> ChildChanged:
    """A child moved."""
    record = child.record
    return ChildChanged(
        at_ms=at_ms,
        order_id=record.order_id,
        child_id=record.child_id,
        status=record.status,
        side=record.side,
        price=record.price,
        size=record.size,
        matched=child.matched,
        reason=record.reason,
    )


def filled(fill: FillRecord, at_ms: int) -> Filled:
    """A child traded."""
    return Filled(
        at_ms=at_ms,
        order_id=fill.order_id,
        child_id=fill.child_id,
        trade_id=fill.trade_id,
        side=fill.side,
        price=fill.price,
        size=fill.size,
        fee=fill.fee,
        is_maker=fill.is_maker,
    )


def settled(fill: FillRecord, at_ms: int) -> FillSettled:
    """A trade moved towards its settlement."""
    return FillSettled(
        at_ms=at_ms,
        order_id=fill.order_id,
        child_id=fill.child_id,
        trade_id=fill.trade_id,
        status=fill.status,
        price=fill.price,
        size=fill.size,
    )
