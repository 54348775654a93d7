"""An exchange in memory that takes every order and fills none: the engine alone is measured."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import NoReturn

from benchmarks.books import whole_book
from polyterm.engine.clock import Clock
from polyterm.engine.ports import (
    BookSnapshot,
    CancelReport,
    ChildTicket,
    MarketSink,
    NotFoundError,
    Outcome,
    RemoteOrder,
    RemoteStatus,
    SendReport,
    SignedOrder,
    TradeReport,
    UserSink,
)
from polyterm.models.ids import ChildId, ConditionId, TokenId
from polyterm.models.market import Market
from polyterm.models.money import UNIT, Dollars, Size

DEPTH = 50
_ANSWER_S = 0.02
_CASH = 100_000_000 * UNIT


class CalmExchange:
    """Markets with a whole book each; `sink` is where the benchmark moves them."""

    url = "memory"
    address = "0x" + "11" * 20
    latency_ms: float | None = 1.0

    def __init__(self, markets: Sequence[Market], clock: Clock) -> None:
        self._markets = {outcome.token_id: m for m in markets for outcome in m.outcomes}
        self._clock = clock
        self._orders: dict[ChildId, tuple[ChildTicket, RemoteStatus]] = {}
        self._watched: set[TokenId] = set()
        self._signed = 0
        self.sink: MarketSink | None = None

    async def connect(self) -> None:
        return

    async def aclose(self) -> None:
        return

    async def server_time_ms(self) -> int:
        return self._clock.now_ms()

    async def list_markets(self, limit: int = 50) -> tuple[Market, ...]:
        return tuple({market.slug: market for market in self._markets.values()}.values())[:limit]

    async def search_markets(self, text: str, limit: int = 20) -> tuple[Market, ...]:
        return await self.list_markets(limit)

    async def market_by_slug(self, slug: str) -> Market:
        found = {market.slug: market for market in self._markets.values()}
        if slug not in found:
            raise NotFoundError(404, slug)
        return found[slug]

    async def market_by_token(self, token_id: TokenId) -> Market:
        return self._markets[token_id]

    async def book(self, token_id: TokenId) -> BookSnapshot:
        return whole_book(token_id, DEPTH)

    async def sign(self, ticket: ChildTicket) -> SignedOrder:
        self._signed += 1
        digest = sha256(f"{self._signed}".encode()).hexdigest()
        return SignedOrder(ChildId(f"0x{digest}"), ticket, digest.encode())

    async def send(self, order: SignedOrder, may_send: Callable[[], bool]) -> SendReport:
        await asyncio.sleep(_ANSWER_S)
        self._orders[order.child_id] = (order.ticket, RemoteStatus.LIVE)
        return SendReport(Outcome.ACCEPTED, status="live")

    async def cancel(self, child_ids: Sequence[ChildId]) -> CancelReport:
        await asyncio.sleep(_ANSWER_S)
        for child_id in child_ids:
            ticket, _ = self._orders[child_id]
            self._orders[child_id] = (ticket, RemoteStatus.CANCELLED)
        return CancelReport(Outcome.ACCEPTED, frozenset(child_ids))

    async def cancel_all(self) -> CancelReport:
        return await self.cancel(tuple(self._orders))

    async def heartbeat(self) -> None:
        return

    async def open_orders(self) -> tuple[RemoteOrder, ...]:
        every = (self._shown(child_id) for child_id in self._orders)
        return tuple(order for order in every if order.status is RemoteStatus.LIVE)

    async def order(self, child_id: ChildId) -> RemoteOrder | None:
        return self._shown(child_id) if child_id in self._orders else None

    async def trades(self, since_ms: int) -> tuple[TradeReport, ...]:
        return ()

    async def cash(self) -> Dollars:
        return _CASH

    async def holding(self, token_id: TokenId) -> Size:
        return 0

    def watch(self, token_ids: Iterable[TokenId]) -> None:
        """Show the whole book of every token that is new."""
        new = set(token_ids) - self._watched
        self._watched |= new
        if self.sink is not None:
            for token_id in new:
                self.sink.book_replaced(whole_book(token_id, DEPTH))

    async def run_market_feed(self, sink: MarketSink) -> NoReturn:
        self.sink = sink
        sink.market_feed_up()
        return await _for_ever()

    async def run_user_feed(self, sink: UserSink) -> NoReturn:
        sink.user_feed_up()
        return await _for_ever()

    def _shown(self, child_id: ChildId) -> RemoteOrder:
        ticket, status = self._orders[child_id]
        return RemoteOrder(
            child_id=child_id,
            condition_id=ConditionId(ticket.market.condition_id),
            token_id=ticket.token_id,
            side=ticket.side,
            price=ticket.price,
            size=ticket.size,
            matched=0,
            status=status,
            order_type=ticket.order_type,
            created_ms=self._clock.now_ms(),
        )


async def _for_ever() -> NoReturn:
    await asyncio.Event().wait()
    raise AssertionError("nobody sets it")
