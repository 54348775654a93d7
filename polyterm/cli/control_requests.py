"""The bodies of requests over the control socket, as what the engine takes."""

from __future__ import annotations

from typing import Any, cast

import msgspec
from pydantic import ValidationError

from polyterm.cli.control_names import market_named, token_named
from polyterm.engine.face import EngineFace, KeyReusedError
from polyterm.engine.ports import ExchangeError, UnreachableError
from polyterm.models.complaint import Complaint, RefusedError, complaints_of
from polyterm.models.ids import TokenId
from polyterm.models.order_change import OrderChange
from polyterm.models.order_request import OrderRequest
from polyterm.models.views import OrderView

Fields = dict[str, Any]


def fields_of(body: bytes) -> Fields:
    """The object that a body holds; `RefusedError` where it is none."""
    try:
        fields = msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        raise refused("", f"the body is not JSON: {error}") from None
    if not isinstance(fields, dict):
        raise refused("", "the body must be an object")
    return cast("Fields", fields)


def orders_of(group: Fields) -> list[Fields]:
    """The orders of a group, each with its key: the group's own, numbered."""
    orders, key = group.get("orders"), group.get("client_key")
    if not isinstance(orders, list) or not orders:
        raise refused("orders", "a group needs orders")
    numbered = list(enumerate(cast("list[object]", orders), 1))
    if not all(isinstance(order, dict) for _, order in numbered):
        raise refused("orders", "an order must be an object")
    return [
        cast("Fields", order) | ({} if key is None else {"client_key": f"{key}.{number}"})
        for number, order in numbered
    ]


async def request_of(
    engine: EngineFace, fields: Fields, known: OrderView | None = None
) -> OrderRequest:
    """The `OrderRequest` of those fields; `market` and `outcome` may stand for its token.

    Where its key stands for a `known` order, what that one was for need not be looked up.
    """
    named = await _with_token(engine, fields, known)
    try:
        return OrderRequest.model_validate(named)
    except ValidationError as error:
        raise RefusedError(complaints_of(error)) from None


def change_of(body: bytes) -> OrderChange:
    """The `OrderChange` in a body."""
    try:
        return OrderChange.model_validate(fields_of(body))
    except ValidationError as error:
        raise RefusedError(complaints_of(error)) from None


def refused(field: str, reason: str) -> RefusedError:
    """A refusal for one reason."""
    return RefusedError([Complaint(field, reason)])


async def _with_token(engine: EngineFace, fields: Fields, known: OrderView | None) -> Fields:
    rest = {name: value for name, value in fields.items() if name not in {"market", "outcome"}}
    slug, outcome = fields.get("market"), fields.get("outcome")
    if slug is None and outcome is None:
        return rest
    if "token_id" in fields:
        raise refused("token_id", "name a token, or a market and its outcome, not both")
    if not isinstance(slug, str) or not isinstance(outcome, str):
        raise refused("outcome" if slug else "market", "a market and an outcome go together")
    if known is None:
        return rest | {"token_id": token_named(await market_named(engine, slug), outcome)}
    return rest | {"token_id": await _token_again(engine, slug, outcome, known)}


async def _token_again(engine: EngineFace, slug: str, outcome: str, known: OrderView) -> TokenId:
    """The token of a request that may be a repeated one, without asking anybody where it is."""
    if slug != known.slug:
        raise KeyReusedError(known.order_id)
    if outcome.casefold() == known.outcome.casefold():
        return known.token_id
    try:
        return token_named(await engine.market_of(known.token_id), outcome)
    except ExchangeError as error:
        raise UnreachableError(
            f"this key stands for order {known.order_id}; whether that one is for {outcome} "
            f"cannot be told now: {error}"
        ) from error
