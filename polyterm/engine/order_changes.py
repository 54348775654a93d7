"""Changing a working order: checked by field, written down, and told to the one who works it."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError

from polyterm.engine.change_words import Changing, moves, risks
from polyterm.engine.desk import Desk
from polyterm.engine.face import PlanChangedError
from polyterm.engine.parent import Parent
from polyterm.engine.safety import check_order
from polyterm.models.complaint import Complaint, RefusedError, complaints_of
from polyterm.models.events import OrderChanged
from polyterm.models.money import Size, format_units
from polyterm.models.order_change import OrderChange, changed
from polyterm.models.order_request import OrderRequest
from polyterm.models.plan import ChangeView, PlanView
from polyterm.strategies.planning import plan_accepted


def plan_change(desk: Desk, parent: Parent, change: OrderChange) -> ChangeView:
    """What the change would make of the order; `RefusedError` as `apply_change` raises it."""
    changing = _changing(desk, parent, change)
    complaints = tuple(_complaints(desk, parent, changing))
    refusals = [complaint for complaint in complaints if complaint.field != "confirmed"]
    if refusals:
        raise RefusedError(refusals)
    record = parent.record
    return ChangeView(
        moves=moves(changing),
        risks=(*risks(changing), *(complaint.reason for complaint in complaints)),
        before=_plan(desk, parent, record.request, record.target, record.deadline_ms),
        after=_plan_after(desk, parent, changing),
    )


def apply_change(
    desk: Desk, parent: Parent, change: OrderChange, shown: PlanView | None = None
) -> None:
    """Take a change over at once; `RefusedError` lists every reason by its field.

    Nothing is waited for in between, so the order cannot fill or place while it is checked, and
    what was `shown` is what is done.
    """
    changing = _changing(desk, parent, change)
    complaints = tuple(_complaints(desk, parent, changing))
    if complaints:
        raise RefusedError(complaints)
    if shown is not None and not _plan_after(desk, parent, changing).is_as_shown(shown):
        raise PlanChangedError
    _take_over(desk, parent, changing)


def _changing(desk: Desk, parent: Parent, change: OrderChange) -> Changing:
    if not change.fields:
        raise RefusedError([Complaint("", "nothing to change")])
    try:
        request = changed(parent.record.request, change)
    except ValidationError as error:
        raise RefusedError(complaints_of(error)) from None
    target = _target(parent, request, change)
    return Changing(parent.record, change, request, target, desk.clock.now_ms())


def _complaints(desk: Desk, parent: Parent, changing: Changing) -> Iterator[Complaint]:
    change, request = changing.change, changing.request
    if parent.record.cancel_reason:
        yield Complaint("order_id", "is being cancelled")
    bound = parent.exposure
    if change.size is not None and (request.size_units or 0) < bound:
        yield Complaint("size", f"{format_units(bound, 0)} shares are filled or working already")
    asked = {*change.fields, "confirmed"}
    if not request.side.within(request.worst_price, parent.record.request.worst_price):
        # A limit further off costs more, and what it costs is told of the size.
        asked.add("size")
    more = max(changing.target - bound, 0)
    situation = desk.situation(request, desk.market_of(parent), more)
    for complaint in check_order(situation):
        if complaint.field in asked:
            yield complaint


def _take_over(desk: Desk, parent: Parent, changing: Changing) -> None:
    record, rewritten = parent.record, _plan_after(desk, parent, changing).changes
    summary = "; ".join((", ".join(moves(changing)), *rewritten))
    old_size, record.target = record.target, changing.target
    record.request, record.deadline_ms = changing.request, changing.deadline_ms
    event = OrderChanged(
        at_ms=changing.now_ms,
        order_id=parent.order_id,
        old_size=old_size,
        new_size=record.target,
        worst_price=record.request.worst_price,
        urgency=record.request.urgency,
        deadline_ms=record.deadline_ms,
        summary=summary,
    )
    desk.register.save_parent(parent, event)


def _plan_after(desk: Desk, parent: Parent, changing: Changing) -> PlanView:
    return _plan(desk, parent, changing.request, changing.target, changing.deadline_ms)


def _plan(
    desk: Desk, parent: Parent, request: OrderRequest, size: Size, ends_ms: int | None
) -> PlanView:
    accepted_ms, now_ms = parent.record.created_ms, desk.clock.now_ms()
    return plan_accepted(request, desk.market_of(parent), size, now_ms, accepted_ms, ends_ms)


def _target(parent: Parent, request: OrderRequest, change: OrderChange) -> Size:
    if change.size is None or request.size_units is None:
        return parent.record.target
    if request.params.sized_by:
        return max(min(parent.record.target, request.size_units), parent.exposure)
    return request.size_units
