"""Orders from their records."""

from __future__ import annotations

from polyterm.engine.parent import Child, Parent
from polyterm.engine.records import ChildRecord, Orders
from polyterm.models.enums import ChildStatus
from polyterm.models.ids import OrderId


def assembled(orders: Orders) -> tuple[Parent, ...]:
    """The parents, each with its children, fills and adjustments."""
    parents = {record.order_id: Parent(record) for record in orders.parents}
    children = {
        record.child_id: Child(record, has_rested=_has_rested(record, orders))
        for record in orders.children
    }
    for child in children.values():
        # Written for good, and never sent again.
        child.record.body = b""
        parents[child.record.order_id].children[child.child_id] = child
    for fill in orders.fills:
        children[fill.child_id].fills[fill.trade_id] = fill
    for adjustment in orders.adjustments:
        parent = parents.get(OrderId(adjustment.order_id or ""))
        if parent is not None:
            parent.adjustments.append(adjustment)
    return tuple(parents.values())


def _has_rested(record: ChildRecord, orders: Orders) -> bool:
    """Whether an earlier run was shown it in the book: should it be gone, it did arrive once."""
    return record.status is ChildStatus.LIVE or record.child_id in orders.rested
