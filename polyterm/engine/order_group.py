"""Orders that belong together: all are accepted, or none is."""

from __future__ import annotations

from collections.abc import Sequence

from polyterm.engine.face import EngineFace
from polyterm.models.complaint import Complaint, RefusedError
from polyterm.models.enums import Side
from polyterm.models.ids import OrderId
from polyterm.models.money import format_dollars, notional_up
from polyterm.models.order_request import OrderRequest


async def submit_group(engine: EngineFace, requests: Sequence[OrderRequest]) -> list[OrderId]:
    """Check all of them, alone and together, then submit; `RefusedError` lists every reason.

    Should one be refused after all, those before it are cancelled. A group whose keys are known is
    taken up where it was left: what stands already is not ordered again.
    """
    keys = [request.client_key for request in requests]
    known = [await engine.order_by_key(key) for key in keys if key is not None]
    if any(known):
        return [await engine.submit_order(request) for request in requests]
    await _check(engine, requests)
    accepted: list[OrderId] = []
    for request in requests:
        try:
            order_id = await engine.submit_order(request)
        except RefusedError:
            for earlier in accepted:
                await engine.cancel_order(earlier)
            raise
        accepted.append(order_id)
    return accepted


async def _check(engine: EngineFace, requests: Sequence[OrderRequest]) -> None:
    complaints: list[Complaint] = []
    for number, request in enumerate(requests, 1):
        try:
            await engine.check_order(request)
        except RefusedError as refusal:
            complaints.extend(
                Complaint(one.field, f"order {number}: {one.reason}") for one in refusal.complaints
            )
    cost = sum(
        notional_up(request.worst_price, request.size_units or 0)
        for request in requests
        if request.side is Side.BUY
    )
    available = engine.account().available
    if cost > available:
        words = (
            f"together up to {format_dollars(cost)}, and {format_dollars(available)} is available"
        )
        complaints.append(Complaint("size", words))
    if complaints:
        raise RefusedError(complaints)
