"""The market channel over every disconnect, held against REST, with REST as the fallback."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from random import Random
from typing import NoReturn

from polyterm.engine.ports import BookSnapshot, ExchangeError, MarketSink
from polyterm.exchange.feed_socket import FeedLostError, FeedSocket, SocketOpener, open_socket
from polyterm.exchange.freeze_check import FreezeCheck
from polyterm.exchange.market_events import MarketEvents
from polyterm.exchange.market_session import MarketSession, Watchlist
from polyterm.exchange.reconnect import Backoff, Standing
from polyterm.models.ids import TokenId

POLL_EVERY_S = 2.0
POLL_AFTER_FAILURES = 3
QUIET_S = 5.0
"""Silence after which books are read by REST: to confirm ours, or to find the stream frozen."""
GRACE_S = 1.0
"""How long the stream may lag behind REST before it counts as frozen."""

BooksReader = Callable[[Sequence[TokenId]], Awaitable[Sequence[BookSnapshot]]]


class FeedSilentError(FeedLostError):
    """The socket stands, but what happens does not come through it."""


class MarketFeed:
    """Keeps the tokens to follow, and follows them for one sink."""

    def __init__(
        self,
        url: str,
        read_books: BooksReader,
        random: Random,
        *,
        use_proxies: bool = True,
        opener: SocketOpener = open_socket,
    ) -> None:
        self._connect = partial(opener, url, use_proxies=use_proxies)
        self._read_books = read_books
        self._random = random
        self._watchlist = Watchlist()

    def watch(self, token_ids: Iterable[TokenId]) -> None:
        """Follow these tokens and no others, at once."""
        self._watchlist.set(token_ids)

    async def run(self, sink: MarketSink) -> NoReturn:
        """Follow until cancelled."""
        follower = _Follower(sink, self._watchlist, self._read_books)
        async with asyncio.TaskGroup() as group:
            group.create_task(follower.poll(), name="market polling")
            await follower.follow(self._connect, Backoff(self._random))


class _Follower:
    def __init__(self, sink: MarketSink, watchlist: Watchlist, read_books: BooksReader) -> None:
        self._sink = sink
        self._watchlist = watchlist
        self._read_books = read_books
        self._events = MarketEvents(sink)
        self._check = FreezeCheck(self._events.tops)
        self._standing = Standing(sink.market_feed_up, sink.market_feed_down)
        self._polling = asyncio.Event()

    async def follow(
        self, connect: Callable[[], Awaitable[FeedSocket]], backoff: Backoff
    ) -> NoReturn:
        loop = asyncio.get_running_loop()
        while True:
            await self._watchlist.wait_until_wanted()
            self._events.tops.clear()
            session = MarketSession(self._watchlist, connect, self._events, self._alive)
            started = loop.time()
            try:
                await session.run(self._watch_silence)
            except FeedLostError as lost:
                delay_s = backoff.after(loop.time() - started)
                is_silent = isinstance(lost, FeedSilentError)
                self._lost(str(lost), is_silent or backoff.failures >= POLL_AFTER_FAILURES)
            await asyncio.sleep(delay_s)

    async def poll(self) -> NoReturn:
        while True:
            await self._polling.wait()
            books = await self._read()
            if self._polling.is_set():
                self._replace(books or ())
            await asyncio.sleep(POLL_EVERY_S)

    def _alive(self) -> None:
        self._polling.clear()
        self._standing.up()

    def _lost(self, reason: str, must_poll: bool) -> None:
        if must_poll and not self._polling.is_set():
            self._polling.set()
            self._standing.down(f"polling: {reason}", again=True)
        else:
            self._standing.down(reason)

    async def _watch_silence(self) -> NoReturn:
        while True:
            received = self._events.received
            await asyncio.sleep(QUIET_S)
            if self._watchlist.tokens and self._events.received == received:
                await self._compare(received)

    async def _compare(self, received: int) -> None:
        """Hold the stream against REST: confirm the books, or declare the stream frozen."""
        books = await self._read()
        if books is None or self._events.received != received:
            return
        proof = self._check.against_stream(books)
        if not proof:
            self._alive()
            self._replace(self._check.agreeing(books))
            return
        await asyncio.sleep(GRACE_S)
        if self._events.received == received:
            self._check.doubt(proof)
            raise FeedSilentError("the stream is silent while the books move")

    async def _read(self) -> Sequence[BookSnapshot] | None:
        try:
            return await self._read_books(self._watchlist.tokens)
        except ExchangeError:
            return None

    def _replace(self, books: Iterable[BookSnapshot]) -> None:
        for book in books:
            self._sink.book_replaced(book)
