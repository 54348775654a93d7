"""Placing and cancelling over REST (`protocol.md` 1.2, 1.4 to 1.6)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypedDict

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from polyterm.simulator.credentials import ApiKey
from polyterm.simulator.local_exchange import LocalExchange
from polyterm.simulator.orders import OrderState, TraderOrder
from polyterm.simulator.rate_limit import Lane
from polyterm.simulator.refusals import (
    ALREADY_DONE,
    BAD_ORDER_ID,
    BAD_PAYLOAD,
    CANNOT_BE_FOUND,
    UNAUTHORIZED,
    RefusalError,
    too_many_cancels,
    too_many_orders,
)
from polyterm.simulator.rules import MAX_BATCH_CANCELS, MAX_BATCH_ORDERS
from polyterm.simulator.web.answers import answer, read_body
from polyterm.simulator.web.doorman import Doorman
from polyterm.simulator.wire.order_payload import PlacedOrder, decode_batch, decode_order
from polyterm.simulator.wire.orders import placement_reply, refused_reply

_ORDER_ID = re.compile(r"0x[0-9a-fA-F]{64}")


class _CancelBody(msgspec.Struct):
    order_id: str = msgspec.field(name="orderID")


class _CancelReply(TypedDict):
    canceled: list[str]
    not_canceled: dict[str, str]


class _MarketBody(msgspec.Struct):
    market: str = ""
    asset_id: str = ""


class OrderRoutes:
    """Every route spends of the signer's buckets and says what is left."""

    def __init__(self, exchange: LocalExchange, doorman: Doorman) -> None:
        self._exchange = exchange
        self._desk = exchange.desk
        self._limits = exchange.limits
        self._doorman = doorman

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/order", self.place, methods=["POST"]),
            Route("/orders", self.place_many, methods=["POST"]),
            Route("/order", self.cancel, methods=["DELETE"]),
            Route("/orders", self.cancel_many, methods=["DELETE"]),
            Route("/cancel-all", self.cancel_all, methods=["DELETE"]),
            Route("/cancel-market-orders", self.cancel_market, methods=["DELETE"]),
        ]

    async def place(self, request: Request) -> Response:
        """Place one order."""
        key = await self._doorman.key(request)
        self._limits.spend(key.address, Lane.ORDERS, 1)
        try:
            reply = self._placed(key, decode_order(await request.body()))
        except RefusalError as refusal:
            refusal.headers.update(self._limits.headers(key.address, Lane.ORDERS))
            raise
        return self._answer(key, Lane.ORDERS, reply)

    async def place_many(self, request: Request) -> Response:
        """Place up to fifteen orders, each for itself."""
        key = await self._doorman.key(request)
        batch = decode_batch(await request.body())
        if len(batch) > MAX_BATCH_ORDERS:
            raise RefusalError(too_many_orders(len(batch), MAX_BATCH_ORDERS))
        self._limits.spend(key.address, Lane.ORDERS, len(batch))
        return self._answer(key, Lane.ORDERS, [self._one_of_many(key, raw) for raw in batch])

    async def cancel(self, request: Request) -> Response:
        """Cancel one order."""
        key = await self._trading_key(request)
        body = await read_body(request, _CancelBody)
        if not _ORDER_ID.fullmatch(body.order_id):
            raise RefusalError(BAD_ORDER_ID)
        self._limits.spend(key.address, Lane.CANCELS, 1)
        return self._answer(key, Lane.CANCELS, self._cancelled(key, [body.order_id]))

    async def cancel_many(self, request: Request) -> Response:
        """Cancel up to a thousand orders; repeated ids count once."""
        key = await self._trading_key(request)
        order_ids = await read_body(request, list[str])
        if len(order_ids) > MAX_BATCH_CANCELS:
            raise RefusalError(too_many_cancels(MAX_BATCH_CANCELS))
        self._limits.spend(key.address, Lane.CANCELS, len(order_ids))
        return self._answer(key, Lane.CANCELS, self._cancelled(key, dict.fromkeys(order_ids)))

    async def cancel_all(self, request: Request) -> Response:
        """Cancel every order of the key."""
        key = await self._trading_key(request)
        return self._cancel_open(key, self._desk.open_orders(key.key))

    async def cancel_market(self, request: Request) -> Response:
        """Cancel the key's orders of a market, or of a token."""
        key = await self._trading_key(request)
        body = await read_body(request, _MarketBody)
        if not body.market and not body.asset_id:
            raise RefusalError(BAD_PAYLOAD)
        orders = [
            order
            for order in self._desk.open_orders(key.key)
            if body.market in {"", order.terms.condition_id}
            and body.asset_id in {"", order.terms.token_id}
        ]
        return self._cancel_open(key, orders)

    async def _trading_key(self, request: Request) -> ApiKey:
        key = await self._doorman.key(request)
        if key.read_only:
            raise RefusalError(UNAUTHORIZED, 401)
        return key

    def _placed(self, key: ApiKey, placed: PlacedOrder) -> dict[str, object]:
        placement = self._exchange.intake.place(key, placed)
        return placement_reply(placement)

    def _one_of_many(self, key: ApiKey, raw: msgspec.Raw) -> dict[str, object]:
        try:
            return self._placed(key, decode_order(raw))
        except RefusalError as refusal:
            return refused_reply(refusal.text)

    def _cancel_open(self, key: ApiKey, orders: Iterable[TraderOrder]) -> Response:
        # One token must be there; each order cancelled costs one more, on credit if need be.
        self._limits.spend(key.address, Lane.CANCELS, 1)
        result = self._cancelled(key, [order.id for order in orders])
        self._limits.owe(key.address, Lane.CANCELS, len(result["canceled"]))
        return self._answer(key, Lane.CANCELS, result)

    def _cancelled(self, key: ApiKey, order_ids: Iterable[str]) -> _CancelReply:
        done: list[str] = []
        failed: dict[str, str] = {}
        for order_id in order_ids:
            reason = self._cancel_one(key, order_id)
            if reason is None:
                done.append(order_id)
            else:
                failed[order_id] = reason
        return {"canceled": done, "not_canceled": failed}

    def _cancel_one(self, key: ApiKey, order_id: str) -> str | None:
        order = self._desk.orders.get(order_id)
        if order is None or order.owner != key.key or order.state is OrderState.DELAYED:
            return CANNOT_BE_FOUND
        if not order.is_open:
            return ALREADY_DONE
        self._desk.cancel(order)
        return None

    def _answer(self, key: ApiKey, lane: Lane, value: object) -> Response:
        return answer(value, headers=self._limits.headers(key.address, lane))
