"""Changing a working order: checked by field, written down, and told to the one who works it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pydantic import ValidationError

from polyterm.engine.desk import Desk
from polyterm.engine.parent import Parent
from polyterm.engine.safety import check_order
from polyterm.models.complaint import Complaint, RefusedError, complaints_of
from polyterm.models.events import OrderChanged
from polyterm.models.money import Size, format_price, format_units
from polyterm.models.order_change import OrderChange, changed
from polyterm.models.order_request import OrderRequest

_WORDS: dict[str, Callable[[OrderRequest], str]] = {
    "size": lambda request: f"size {format_units(request.size_units or 0, 0)}",
    "max_price": lambda request: f"limit {format_price(request.worst_price)}",
    "min_price": lambda request: f"limit {format_price(request.worst_price)}",
    "urgency": lambda request: f"urgency {request.urgency}",
    "deadline_s": lambda request: f"deadline in {request.deadline_s} s",
}


def apply_change(desk: Desk, parent: Parent, change: OrderChange) -> None:
    """Take a change over at once; `RefusedError` lists every reason by its field.

    Nothing is waited for in between, so the order cannot fill or place while it is checked.
    """
    if not change.fields:
        raise RefusedError([Complaint("", "nothing to change")])
    try:
        request = changed(parent.record.request, change)
    except ValidationError as error:
        raise RefusedError(complaints_of(error)) from None
    complaints = tuple(_complaints(desk, parent, request, change))
    if complaints:
        raise RefusedError(complaints)
    _take_over(desk, parent, request, change)


def _complaints(
    desk: Desk, parent: Parent, request: OrderRequest, change: OrderChange
) -> Iterator[Complaint]:
    if parent.record.cancel_reason:
        yield Complaint("order_id", "is being cancelled")
    bound = parent.exposure
    if change.size is not None and (request.size_units or 0) < bound:
        yield Complaint("size", f"{format_units(bound, 0)} shares are filled or working already")
    asked = {*change.fields, "confirmed"}
    more = max(_target(parent, request, change) - bound, 0)
    situation = desk.situation(request, desk.market_of(parent), more)
    for complaint in check_order(situation):
        if complaint.field in asked:
            yield complaint


def _take_over(desk: Desk, parent: Parent, request: OrderRequest, change: OrderChange) -> None:
    record, now_ms = parent.record, desk.clock.now_ms()
    old_size, record.target = record.target, _target(parent, request, change)
    record.request = request
    if change.deadline_s is not None:
        record.deadline_ms = now_ms + int(change.deadline_s * 1000)
    event = OrderChanged(
        at_ms=now_ms,
        order_id=parent.order_id,
        old_size=old_size,
        new_size=record.target,
        worst_price=request.worst_price,
        urgency=request.urgency,
        deadline_ms=record.deadline_ms,
        summary=", ".join(_WORDS[name](request) for name in change.fields),
    )
    desk.register.save_parent(parent, event)


def _target(parent: Parent, request: OrderRequest, change: OrderChange) -> Size:
    if change.size is None or request.size_units is None:
        return parent.record.target
    if request.params.sizes_itself:
        return max(min(parent.record.target, request.size_units), parent.exposure)
    return request.size_units
