"""What the control socket does with one order beyond passing it on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, cast

import msgspec
from pydantic import ValidationError

from polyterm.cli.patience import becomes_true
from polyterm.engine.face import EngineFace
from polyterm.engine.order_group import submit_group
from polyterm.models.complaint import Complaint, RefusedError, complaints_of
from polyterm.models.ids import OrderId
from polyterm.models.order_change import OrderChange
from polyterm.models.order_request import OrderRequest
from polyterm.models.plan import ChangeView, PlanView
from polyterm.models.views import OrderView

PROOF_S = 5.0
"""How long a cancel's answer waits for the exchange's proof; the engine goes on either way."""


async def wanted_orders(engine: EngineFace, asked: Mapping[str, str]) -> list[OrderView]:
    """Orders that match what was asked, newest first, at most `last` of them.

    Open ones, unless `all` or a status says otherwise.
    """
    everything = asked.get("all") in {"1", "true", "yes"} or "status" in asked
    tests = {name: value.casefold() for name, value in asked.items() if name in _FILTERS}
    most, wanted = _most(asked.get("last")), list[OrderView]()
    async for order in engine.all_orders() if everything else _at_work(engine):
        if all(_FILTERS[name](order).casefold() == value for name, value in tests.items()):
            wanted.append(order)
        if len(wanted) == most:
            break
    return wanted


async def _at_work(engine: EngineFace) -> AsyncIterator[OrderView]:
    for order in engine.list_orders():
        if not order.status.is_final:
            yield order


def _most(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal() or not int(text):
        raise _refused("last", f"a whole number from 1 on, not {text!r}")
    return int(text)


_FILTERS: dict[str, Callable[[OrderView], str]] = {
    "status": lambda order: order.status.value,
    "strategy": lambda order: order.strategy,
    "side": lambda order: order.side.value,
    "market": lambda order: order.slug,
    "token": lambda order: order.token_id,
}


async def accept_order(engine: EngineFace, body: bytes, key: str | None = None) -> OrderId:
    """Submit the `OrderRequest` in `body`; `market` and `outcome` may stand for its token.

    With a key, the same body sent again is the same order; another one raises `KeyReusedError`.
    """
    more = {} if key is None else {"client_key": key}
    return await engine.submit_order(await _request(engine, _object(body), more))


async def accept_group(engine: EngineFace, body: bytes) -> list[OrderId]:
    """Submit all `orders` in `body`, or none; its `client_key` numbers theirs."""
    group = _object(body)
    orders, key = group.get("orders"), group.get("client_key")
    if not isinstance(orders, list) or not orders:
        raise _refused("orders", "a group needs orders")
    requests = [
        await _request(engine, each, {} if key is None else {"client_key": f"{key}.{number}"})
        for number, each in enumerate(cast("list[object]", orders), 1)
    ]
    return await submit_group(engine, requests)


async def plan(engine: EngineFace, body: bytes) -> PlanView:
    """What the `OrderRequest` in `body` would do; nothing is accepted."""
    return await engine.plan_order(await _request(engine, _object(body), {}))


async def change(engine: EngineFace, order_id: OrderId, body: bytes) -> OrderView:
    """Apply the `OrderChange` in `body`."""
    await engine.change_order(order_id, _change(body))
    return engine.order_status(order_id)


async def plan_of_change(engine: EngineFace, order_id: OrderId, body: bytes) -> ChangeView:
    """What the `OrderChange` in `body` would make of the order; nothing is changed."""
    return await engine.plan_change(order_id, _change(body))


async def cancel_and_prove(engine: EngineFace, order_id: OrderId) -> OrderView:
    """Cancel, and wait a little for the proof; the view's status says whether it came."""
    await engine.cancel_order(order_id)
    await becomes_true(lambda: engine.order_status(order_id).status.is_final, PROOF_S)
    return engine.order_status(order_id)


def _change(body: bytes) -> OrderChange:
    try:
        return OrderChange.model_validate(_object(body))
    except ValidationError as error:
        raise RefusedError(complaints_of(error)) from None


async def _request(engine: EngineFace, order: object, more: dict[str, str]) -> OrderRequest:
    if not isinstance(order, dict):
        raise _refused("", "an order must be an object")
    fields = await _with_token(engine, cast("dict[str, Any]", order))
    try:
        return OrderRequest.model_validate(fields | more)
    except ValidationError as error:
        raise RefusedError(complaints_of(error)) from None


def _object(body: bytes) -> dict[str, Any]:
    try:
        fields = msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        raise _refused("", f"the body is not JSON: {error}") from None
    if not isinstance(fields, dict):
        raise _refused("", "the body must be an object")
    return fields


async def _with_token(engine: EngineFace, fields: dict[str, Any]) -> dict[str, Any]:
    slug, name = fields.pop("market", None), fields.pop("outcome", None)
    if slug is None and name is None:
        return fields
    if "token_id" in fields:
        raise _refused("token_id", "name a token, or a market and its outcome, not both")
    if not isinstance(slug, str) or not isinstance(name, str):
        raise _refused("outcome" if slug else "market", "a market and an outcome go together")
    market = await engine.find_market(slug)
    outcome = market.named(name)
    if outcome is None:
        known = ", ".join(outcome.name for outcome in market.outcomes)
        raise _refused("outcome", f"{slug} has {known}")
    return fields | {"token_id": outcome.token_id}


def _refused(field: str, reason: str) -> RefusedError:
    return RefusedError([Complaint(field, reason)])
