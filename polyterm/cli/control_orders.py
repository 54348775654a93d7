"""What the control socket does with orders beyond passing them on."""

from __future__ import annotations

from collections.abc import Sequence

from polyterm.cli.control_errors import StoppedError, require_open
from polyterm.cli.control_names import order_with_key
from polyterm.cli.control_requests import change_of, fields_of, orders_of, request_of
from polyterm.cli.patience import becomes_true
from polyterm.engine.face import EngineFace
from polyterm.engine.order_group import submit_group
from polyterm.engine.ports import UnreachableError
from polyterm.models.enums import OrderStatus
from polyterm.models.ids import OrderId
from polyterm.models.plan import ChangeView, PlanView
from polyterm.models.views import OrderView

PROOF_S = 5.0
"""How long the answer to a cancel or a pause waits for the exchange's proof; the engine goes on
either way."""


async def accept_order(engine: EngineFace, body: bytes, key: str | None = None) -> OrderView:
    """Submit the `OrderRequest` in `body`; `market` and `outcome` may stand for its token.

    With a key, the same body sent again is the same order, in whatever state the engine is; another
    one raises `KeyReusedError`. Only a new order needs an engine that takes orders.
    """
    fields = fields_of(body) | ({} if key is None else {"client_key": key})
    known = await order_with_key(engine, fields.get("client_key"))
    if known is None:
        require_open(engine)
    request = await request_of(engine, fields, known)
    return await _order(engine, await engine.submit_order(request))


async def accept_group(engine: EngineFace, body: bytes) -> list[OrderView]:
    """Submit all `orders` in `body`, or none; its `client_key` numbers theirs."""
    orders = orders_of(fields_of(body))
    known = [await order_with_key(engine, fields.get("client_key")) for fields in orders]
    _require_open_for_the_rest(engine, known)
    pairs = zip(orders, known, strict=True)
    requests = [await request_of(engine, fields, earlier) for fields, earlier in pairs]
    return [await _order(engine, order_id) for order_id in await submit_group(engine, requests)]


async def plan(engine: EngineFace, body: bytes) -> PlanView:
    """What the `OrderRequest` in `body` would do; nothing is accepted."""
    return await engine.plan_order(await request_of(engine, fields_of(body)))


async def change(engine: EngineFace, order_id: OrderId, body: bytes) -> OrderView:
    """Apply the `OrderChange` in `body`."""
    await engine.change_order(order_id, change_of(body))
    return engine.order_status(order_id)


async def plan_of_change(engine: EngineFace, order_id: OrderId, body: bytes) -> ChangeView:
    """What the `OrderChange` in `body` would make of the order; nothing is changed."""
    return await engine.plan_change(order_id, change_of(body))


async def cancel_and_prove(engine: EngineFace, order_id: OrderId) -> OrderView:
    """Cancel, and wait a little for the proof; the view's status says whether it came."""
    await engine.cancel_order(order_id)
    await becomes_true(lambda: engine.order_status(order_id).status.is_final, PROOF_S)
    return engine.order_status(order_id)


async def pause_and_prove(engine: EngineFace, order_id: OrderId) -> OrderView:
    """Pause, and wait a little for the proof that its children are out of the book.

    The view's status says whether it came: PAUSED, or an end that was faster.
    """
    await engine.pause_order(order_id)
    await becomes_true(lambda: _is_at_rest(engine.order_status(order_id)), PROOF_S)
    return engine.order_status(order_id)


def _is_at_rest(order: OrderView) -> bool:
    if order.status is OrderStatus.NEEDS_DECISION:
        return not order.working
    return order.status is OrderStatus.PAUSED or order.status.is_final


def _require_open_for_the_rest(engine: EngineFace, known: Sequence[OrderView | None]) -> None:
    if all(known):
        return
    try:
        require_open(engine)
    except (StoppedError, UnreachableError) as closed:
        there = ", ".join(order.order_id for order in known if order is not None)
        if not there:
            raise
        words = f"{closed}; of this group there are {there}, and the rest was not ordered"
        raise type(closed)(words) from None


async def _order(engine: EngineFace, order_id: OrderId) -> OrderView:
    """An order however old: the one that a key stands for may have left memory."""
    return (await engine.order_detail(order_id)).order
