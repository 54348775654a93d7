"""What is ours on the exchange: orders, trades, balances."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TypeVar

from polyterm.engine.ports import NotFoundError, RemoteOrder, TradeReport, UnreachableError
from polyterm.exchange.gateway import Gateway, Request
from polyterm.exchange.mapping import remote_order, trade_report
from polyterm.exchange.numbers import balance
from polyterm.exchange.tokens import protocol_of
from polyterm.exchange.wire import BalanceReply, OrdersPage, TradesPage, WireOrder
from polyterm.models.ids import ChildId, TokenId
from polyterm.models.money import Dollars, Size

_Page = TypeVar("_Page", OrdersPage, TradesPage)
_NOTHING = frozenset({b"", b"null", b'""', b"{}"})
_FIRST_PAGE = "MA=="
_LAST_PAGE = "LTE="
_OVERLAP_S = 10
"""How far before the asked time trades are read: the exchange filters by whole seconds of its own
clock, and trades may turn up late."""
_ASSET_TYPES = {"v1": "CONDITIONAL", "v2": "CONDITIONAL-V2"}


class Account:
    """Reads the account behind the API credentials."""

    def __init__(self, gateway: Gateway, signature_type: int) -> None:
        self._gateway = gateway
        self._signature_type = signature_type

    async def open_orders(self) -> tuple[RemoteOrder, ...]:
        """All open orders, every page of them."""
        request = Request("GET", "/data/orders", is_private=True)
        pages = [page async for page in self._pages(request, OrdersPage)]
        with self._gateway.making_sense(request):
            return tuple(remote_order(order) for page in pages for order in page.data or ())

    async def order(self, child_id: ChildId) -> RemoteOrder | None:
        """One order; nothing where the exchange says null, nothing, or that it has none."""
        request = Request("GET", f"/data/order/{child_id}", is_private=True)
        try:
            answer = await self._gateway.read(request)
        except NotFoundError:
            return None
        if answer.body.strip() in _NOTHING:
            return None
        with self._gateway.making_sense(request):
            return remote_order(self._gateway.understood(request, answer, WireOrder))

    async def trades(self, since_ms: int) -> tuple[TradeReport, ...]:
        """Our trades since then and a little before, oldest first."""
        credentials = self._gateway.credentials
        after_s = max(0, since_ms // 1000 - _OVERLAP_S)
        request = Request("GET", "/data/trades", params={"after": str(after_s)}, is_private=True)
        pages = [page async for page in self._pages(request, TradesPage)]
        with self._gateway.making_sense(request):
            reports = [
                trade_report(trade, credentials.key if credentials else "")
                for page in pages
                for trade in page.data or ()
            ]
        return tuple(sorted(filter(None, reports), key=lambda report: report.at_ms))

    async def cash(self) -> Dollars:
        """Balance of pUSD."""
        return await self._balance({"asset_type": "COLLATERAL"})

    async def holding(self, token_id: TokenId) -> Size:
        """Balance of a token."""
        asset_type = _ASSET_TYPES[protocol_of(token_id)]
        return await self._balance({"asset_type": asset_type, "token_id": token_id})

    async def _balance(self, params: dict[str, str]) -> int:
        request = Request(
            "GET",
            "/balance-allowance",
            params={**params, "signature_type": str(self._signature_type)},
            is_private=True,
        )
        reply = await self._gateway.get(request, BalanceReply)
        with self._gateway.making_sense(request):
            return balance(reply.balance)

    async def _pages(self, request: Request, shape: type[_Page]) -> AsyncIterator[_Page]:
        cursor, seen = _FIRST_PAGE, set[str]()
        while cursor and cursor != _LAST_PAGE:
            if cursor in seen:
                raise UnreachableError(f"{request.path}: the pages go round in a circle")
            seen.add(cursor)
            params = {**(request.params or {}), "next_cursor": cursor}
            page = await self._gateway.get(replace(request, params=params), shape)
            yield page
            cursor = page.next_cursor or ""
