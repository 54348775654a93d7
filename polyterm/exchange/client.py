"""The exchange client: one class behind the engine's `Exchange` port."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import TYPE_CHECKING, Any, NoReturn

from polyterm.engine.clock import Clock
from polyterm.engine.ports import (
    BookSnapshot,
    CancelReport,
    ChildTicket,
    ExchangeError,
    MarketSink,
    RemoteOrder,
    SendReport,
    SignedOrder,
    TradeReport,
    UserSink,
)
from polyterm.exchange.account import Account
from polyterm.exchange.books import Books
from polyterm.exchange.credentials import ApiCredentials
from polyterm.exchange.discovery import Discovery
from polyterm.exchange.feed_socket import SocketOpener, open_socket
from polyterm.exchange.gateway import Gateway
from polyterm.exchange.heartbeat import Heartbeat
from polyterm.exchange.hosts import Hosts
from polyterm.exchange.http import Http
from polyterm.exchange.login import log_in
from polyterm.exchange.market_feed import MarketFeed
from polyterm.exchange.order_body import signed_order
from polyterm.exchange.order_entry import OrderEntry
from polyterm.exchange.signing import Wallet, load_signing
from polyterm.exchange.user_feed import UserFeed
from polyterm.models.ids import ChildId, TokenId
from polyterm.models.market import Market
from polyterm.models.money import Dollars, Size

if TYPE_CHECKING:
    import httpx

POLYGON = 137


class PolymarketExchange:
    """Trades at a Polymarket exchange, as `polyterm.engine.ports.Exchange` promises."""

    def __init__(
        self,
        hosts: Hosts,
        wallet: Wallet,
        *,
        clock: Clock,
        random: Random,
        credentials: ApiCredentials | None = None,
        chain_id: int = POLYGON,
        transport: httpx.AsyncBaseTransport | None = None,
        opener: SocketOpener = open_socket,
    ) -> None:
        use_proxies = not hosts.is_loopback
        self._hosts = hosts
        self._wallet = wallet
        self._random = random
        self._chain_id = chain_id
        self._use_proxies = use_proxies
        self._opener = opener
        self._http = Http(
            clock,
            transport=transport,
            use_proxies=use_proxies,
            is_encrypted=hosts.is_encrypted,
        )
        self._gateway = Gateway(hosts.clob, self._http, clock, wallet.signer_address)
        self._gateway.credentials = credentials
        self._entry = OrderEntry(self._gateway)
        self._account = Account(self._gateway, wallet.signature_type)
        self._books = Books(self._gateway)
        self._discovery = Discovery(Gateway(hosts.gamma, self._http, clock), self._gateway)
        self._heartbeat = Heartbeat(self._gateway)
        self._market_feed = MarketFeed(
            hosts.ws_market,
            self._books.many,
            random,
            use_proxies=use_proxies,
            opener=opener,
        )
        self._followers = set[asyncio.Task[Any] | None]()

    @property
    def url(self) -> str:
        """Address, for people."""
        return self._hosts.clob

    @property
    def address(self) -> str:
        """The wallet that orders are made for."""
        return self._wallet.address

    @property
    def credentials(self) -> ApiCredentials | None:
        """The API credentials in use, to be kept by the caller after `connect`."""
        return self._gateway.credentials

    @property
    def latency_ms(self) -> float | None:
        """Round trip of the last answered request."""
        return self._http.latency_ms

    def budget_left(self) -> tuple[tuple[str, float], ...]:
        """Rate-limit tokens left now, by lane."""
        return self._gateway.budget.left()

    async def connect(self) -> None:
        """Learn the exchange's time, and obtain API credentials where there are none."""
        await self._gateway.sync_time()
        self._gateway.credentials = await log_in(self._gateway, self._wallet, self._chain_id)

    async def aclose(self) -> None:
        """Close connections; feeds end."""
        for task in filter(None, self._followers):
            task.cancel()
        await self._http.aclose()

    async def server_time_ms(self) -> int:
        """The exchange's clock, epoch milliseconds, to a second."""
        return await self._gateway.sync_time() * 1000

    async def list_markets(self, limit: int = 50) -> tuple[Market, ...]:
        """Tradable markets, largest volume first."""
        return await self._discovery.list_markets(limit)

    async def search_markets(self, text: str, limit: int = 20) -> tuple[Market, ...]:
        """Markets whose question or slug holds the text."""
        return await self._discovery.search(text, limit)

    async def market_by_slug(self, slug: str) -> Market:
        """One market, with the grid, fees and state of the order exchange itself."""
        return await self._discovery.by_slug(slug)

    async def market_by_token(self, token_id: TokenId) -> Market:
        """The market that a token belongs to; `NotFoundError` for an unknown token."""
        return await self._discovery.by_token(token_id)

    async def book(self, token_id: TokenId) -> BookSnapshot:
        """The book, read now."""
        return await self._books.one(token_id)

    async def sign(self, ticket: ChildTicket) -> SignedOrder:
        """Sign a child; its id is known from here on, and its ticket has the size signed."""
        credentials = self._proven()
        await load_signing()
        return signed_order(
            ticket,
            self._wallet,
            chain_id=self._chain_id,
            api_key=credentials.key,
            timestamp_ms=self._gateway.time.now_ms(),
            random=self._random,
        )

    async def send(self, order: SignedOrder, may_send: Callable[[], bool]) -> SendReport:
        """Send the bytes once; `may_send` is asked after the last wait before the socket."""
        return await self._entry.send(order, may_send)

    async def cancel(self, child_ids: Sequence[ChildId]) -> CancelReport:
        """Cancel these; any number."""
        return await self._entry.cancel(child_ids)

    async def cancel_all(self) -> CancelReport:
        """Cancel every order of the API key, those placed by hand included."""
        return await self._entry.cancel_all()

    async def heartbeat(self) -> None:
        """Tell the exchange that we are there; from the first on, silence cancels everything."""
        await self._heartbeat.beat()

    async def open_orders(self) -> tuple[RemoteOrder, ...]:
        """All open orders of the API key."""
        return await self._account.open_orders()

    async def order(self, child_id: ChildId) -> RemoteOrder | None:
        """One order in any status; nothing where the exchange does not show it."""
        return await self._account.order(child_id)

    async def trades(self, since_ms: int) -> tuple[TradeReport, ...]:
        """Our trades since then and a little before, oldest first."""
        return await self._account.trades(since_ms)

    async def cash(self) -> Dollars:
        """Balance of pUSD."""
        return await self._account.cash()

    async def holding(self, token_id: TokenId) -> Size:
        """Balance of a token, settled shares only."""
        return await self._account.holding(token_id)

    def watch(self, token_ids: Iterable[TokenId]) -> None:
        """Set the tokens that the market feed follows; takes effect at once."""
        self._market_feed.watch(token_ids)

    async def run_market_feed(self, sink: MarketSink) -> NoReturn:
        """Follow the watched tokens until cancelled, over every disconnect."""
        with self._following():
            await self._market_feed.run(sink)

    async def run_user_feed(self, sink: UserSink) -> NoReturn:
        """Follow our own orders and trades until cancelled, over every disconnect."""
        feed = UserFeed(
            self._hosts.ws_user,
            self._proven(),
            self._random,
            use_proxies=self._use_proxies,
            opener=self._opener,
        )
        with self._following():
            await feed.run(sink)

    @contextmanager
    def _following(self) -> Iterator[None]:
        task = asyncio.current_task()
        self._followers.add(task)
        try:
            yield
        finally:
            self._followers.discard(task)

    def _proven(self) -> ApiCredentials:
        if self._gateway.credentials is None:
            raise ExchangeError("there are no API credentials yet: connect first")
        return self._gateway.credentials
