"""An account's orders and trades over REST (`protocol.md` 1.2, 1.7, /data)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from polyterm.simulator.credentials import ApiKey
from polyterm.simulator.local_exchange import LocalExchange
from polyterm.simulator.orders import TraderOrder
from polyterm.simulator.refusals import RefusalError
from polyterm.simulator.trades import Trade
from polyterm.simulator.web.answers import answer, read_number
from polyterm.simulator.web.doorman import Doorman
from polyterm.simulator.web.paging import page
from polyterm.simulator.wire.orders import open_order
from polyterm.simulator.wire.trades import rest_trade

PAGE = 100
"""Rows on one page."""
FAR_FUTURE_S = 1 << 40


class RecordRoutes:
    """Reads of the key's own orders and trades; a read-only key sees its wallet's."""

    def __init__(self, exchange: LocalExchange, doorman: Doorman) -> None:
        self._exchange = exchange
        self._doorman = doorman

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/data/order/{order_id}", self.order),
            Route("/data/orders", self.orders),
            Route("/data/pre-migration-orders", self.no_orders),
            Route("/data/trades", self.trades),
        ]

    async def order(self, request: Request) -> Response:
        """One order in any status; 404 for one that the key does not own."""
        key = await self._doorman.key(request)
        order = self._exchange.desk.orders.get(request.path_params["order_id"])
        if order is None or order.owner not in self._owners(key):
            raise RefusalError("order not found", 404)
        return answer(self._shown(order))

    async def orders(self, request: Request) -> Response:
        """Open orders, oldest first."""
        key = await self._doorman.key(request)
        query, owners = request.query_params, self._owners(key)
        found = [
            order
            for order in self._exchange.desk.orders.values()
            if order.is_open
            and order.owner in owners
            and query.get("id", order.id) == order.id
            and query.get("market", order.terms.condition_id) == order.terms.condition_id
            and query.get("asset_id", order.terms.token_id) == order.terms.token_id
        ]
        return answer(page(found, query.get("next_cursor"), PAGE, self._shown))

    async def no_orders(self, request: Request) -> Response:
        """Orders from before the exchange's migration: none."""
        await self._doorman.key(request)
        nothing: list[TraderOrder] = []
        return answer(page(nothing, None, PAGE, self._shown))

    async def trades(self, request: Request) -> Response:
        """Trades that the key had a part in, newest first."""
        key = await self._doorman.key(request)
        owners = self._owners(key)
        found = [t for t in self._exchange.execution.trades.values() if _is_wanted(t, request)]
        own = [t for t in reversed(found) if owners & {leg.owner for leg in t.legs}]
        cursor = request.query_params.get("next_cursor")
        return answer(page(own, cursor, PAGE, lambda trade: rest_trade(trade, owners)))

    def _owners(self, key: ApiKey) -> frozenset[str]:
        if not key.read_only:
            return frozenset({key.key})
        return frozenset(k.key for k in self._exchange.keys.of(key.address))

    def _shown(self, order: TraderOrder) -> dict[str, object]:
        return open_order(order, self._exchange.markets[order.terms.condition_id])


def _is_wanted(trade: Trade, request: Request) -> bool:
    query = request.query_params
    after = read_number(request, "after", 0)
    before = read_number(request, "before", FAR_FUTURE_S)
    makers = {leg.maker_address.lower() for leg in trade.legs}
    maker = query.get("maker_address")
    return (
        query.get("id", trade.id) == trade.id
        and query.get("market", trade.condition_id) == trade.condition_id
        and query.get("asset_id", "") in {"", *(leg.token_id for leg in trade.legs)}
        and after <= trade.matched_ms // 1000 <= before
        and (maker is None or maker.lower() in makers)
    )
