from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from random import Random
from typing import Any

import pytest
from websockets.asyncio.server import serve

from polyterm.engine.ports import BookSnapshot, UnreachableError
from polyterm.exchange.market_feed import MarketFeed
from polyterm.models.book import Level
from polyterm.models.ids import TokenId
from polyterm.models.money import UNIT
from tests.exchange.factory import NO, YES
from tests.fakes.feed_server import FeedServer, feed_server, until
from tests.fakes.sinks import MarketNotes

FEED = "polyterm.exchange.market_feed"
SOCKET = "polyterm.exchange.feed_socket"


def book_event(token_id: str, bid: str = "0.50", ask: str = "0.52") -> dict[str, Any]:
    return {
        "event_type": "book",
        "asset_id": token_id,
        "bids": [{"price": bid, "size": "10"}],
        "asks": [{"price": ask, "size": "10"}],
        "timestamp": "1703875200000",
    }


def books_on_subscription(frame: Any) -> list[Any]:
    is_leaving = frame.get("operation") == "unsubscribe"
    return [] if is_leaving else [[book_event(token) for token in frame["assets_ids"]]]


class Rest:
    """Books as REST shows them, and how often it was asked."""

    def __init__(self, bid: int = 5000, ask: int = 5200) -> None:
        self.top = (bid, ask)
        self.asked: list[tuple[TokenId, ...]] = []
        self.is_reachable = True

    async def read(self, token_ids: Sequence[TokenId]) -> tuple[BookSnapshot, ...]:
        self.asked.append(tuple(token_ids))
        if not self.is_reachable:
            raise UnreachableError("POST /books: no route")
        bid, ask = (Level(price, 7 * UNIT) for price in self.top)
        return tuple(BookSnapshot(token_id, (bid,), (ask,), 1) for token_id in token_ids)


@contextlib.asynccontextmanager
async def following(
    url: str, *tokens: TokenId, rest: Rest | None = None
) -> AsyncIterator[tuple[MarketFeed, MarketNotes]]:
    feed = MarketFeed(url, (rest or Rest()).read, Random(3), use_proxies=False)
    feed.watch(tokens)
    notes = MarketNotes()
    task = asyncio.create_task(feed.run(notes))
    try:
        yield feed, notes
        assert not task.done()
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def books_of(notes: MarketNotes) -> list[str]:
    return [entry[1].token_id for entry in notes.told if entry[0] == "book"]


@pytest.fixture
def is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{FEED}.QUIET_S", 0.1)
    monkeypatch.setattr(f"{FEED}.GRACE_S", 0.2)
    monkeypatch.setattr(f"{FEED}.POLL_EVERY_S", 0.02)


async def test_it_subscribes_as_the_protocol_says_and_is_up_before_the_first_book() -> None:
    async with feed_server(greeting=books_on_subscription) as server:
        async with following(server.url, YES, NO) as (_, notes):
            await until(lambda: len(notes.told) == 3)
            assert notes.kinds() == ["up", "book", "book"]
            assert server.now.frames == [
                {"type": "market", "assets_ids": [YES, NO], "custom_feature_enabled": True}
            ]
        await until(lambda: server.now.is_over)


async def test_watching_more_or_less_is_told_on_the_same_socket() -> None:
    async with (
        feed_server(greeting=books_on_subscription) as server,
        following(server.url, YES) as (feed, notes),
    ):
        await until(lambda: books_of(notes) == [YES])
        feed.watch([YES, NO])
        await until(lambda: books_of(notes) == [YES, NO])
        feed.watch([NO])
        await until(lambda: len(server.now.frames) == 3)
        feed.watch([NO, YES])
        await until(lambda: books_of(notes) == [YES, NO, YES])
        assert len(server.visits) == 1
        assert server.now.frames[1:] == [
            {"operation": "subscribe", "assets_ids": [NO], "custom_feature_enabled": True},
            {"operation": "unsubscribe", "assets_ids": [YES]},
            {"operation": "subscribe", "assets_ids": [YES], "custom_feature_enabled": True},
        ]


async def test_nothing_to_watch_opens_no_socket() -> None:
    async with (
        feed_server(greeting=books_on_subscription) as server,
        following(server.url) as (feed, notes),
    ):
        feed.watch([])
        feed.watch([YES])
        await until(lambda: notes.kinds() == ["up", "book"])
        assert len(server.visits) == 1


async def test_more_tokens_than_a_socket_takes_are_spread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("polyterm.exchange.market_session.TOKENS_PER_SOCKET", 2)
    tokens = [TokenId(str(number)) for number in range(5)]
    async with (
        feed_server(greeting=books_on_subscription) as server,
        following(server.url, *tokens[:3]) as (feed, notes),
    ):
        await until(lambda: len(books_of(notes)) == 3)
        feed.watch(tokens)
        await until(lambda: sorted(books_of(notes)) == tokens)
        assert [len(visit.frames[0]["assets_ids"]) for visit in server.visits] == [2, 1, 1]
        await server.visits[1].connection.close()
        await until(lambda: len(books_of(notes)) == 10)
        assert notes.kinds().count("down") == 1
        assert all(visit.is_over for visit in server.visits[:3])


async def test_a_lost_socket_is_told_and_followed_by_new_books() -> None:
    async with (
        feed_server(greeting=books_on_subscription) as server,
        following(server.url, YES) as (_, notes),
    ):
        await until(lambda: notes.kinds() == ["up", "book"])
        await server.drop()
        await until(lambda: notes.kinds() == ["up", "book", "down", "up", "book"])
        assert notes.told[2][1].startswith("connection lost")


async def test_a_mute_peer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{SOCKET}.PING_EVERY_S", 0.05)
    monkeypatch.setattr(f"{SOCKET}.PONG_WITHIN_S", 0.2)
    async with (
        feed_server(greeting=books_on_subscription) as server,
        following(server.url, YES) as (_, notes),
    ):
        await until(lambda: notes.kinds() == ["up", "book"] and server.now.pings >= 4)
        assert notes.kinds() == ["up", "book"], "an answered PING keeps the socket"
        server.answers_pings = False
        await until(lambda: "down" in notes.kinds())
        assert notes.told[2][1].startswith("no PONG")


async def test_garbage_neither_ends_the_feed_nor_hides_what_follows() -> None:
    async with (
        feed_server(greeting=books_on_subscription) as server,
        following(server.url, YES) as (_, notes),
    ):
        await until(lambda: notes.kinds() == ["up", "book"])
        for content in ("garbage", b"\x00\x01", [{"event_type": "mystery"}], book_event(YES)):
            await server.now.say(content)
        await until(lambda: notes.kinds() == ["up", "book", "book"])


async def test_a_dump_of_more_than_a_mebibyte_is_taken() -> None:
    async with (
        feed_server(greeting=books_on_subscription) as server,
        following(server.url, YES) as (_, notes),
    ):
        await until(lambda: notes.kinds() == ["up", "book"])
        large = book_event(YES)
        large["bids"] = [{"price": "0.50", "size": "10"}] * 60_000
        await server.now.say(large)
        await until(lambda: len(books_of(notes)) == 2)


@pytest.mark.usefixtures("is_quick")
async def test_a_quiet_stream_is_confirmed_by_rest() -> None:
    rest = Rest()
    async with (
        feed_server(greeting=books_on_subscription) as server,
        following(server.url, YES, rest=rest) as (_, notes),
    ):
        await until(lambda: len(books_of(notes)) >= 3)
        assert rest.asked[0] == (YES,)
        assert "down" not in notes.kinds()
        assert len(server.visits) == 1


@pytest.mark.usefixtures("is_quick")
async def test_a_frozen_stream_is_found_out_and_a_stuck_rest_forgiven() -> None:
    rest = Rest()
    async with (
        feed_server(greeting=books_on_subscription) as server,
        following(server.url, YES, rest=rest) as (_, notes),
    ):
        await until(lambda: len(books_of(notes)) >= 2)
        rest.top = (5500, 5600)
        await until(lambda: "down" in notes.kinds())
        assert "polling: the stream is silent" in str(notes.told)
        await until(lambda: len(server.visits) == 2)
        await until(lambda: notes.kinds()[-2:] == ["up", "book"])
        asked = len(rest.asked)
        await until(lambda: len(rest.asked) >= asked + 4)
        assert notes.kinds().count("down") == 1, "the new connection says the same: REST is stuck"
        assert notes.kinds()[-1] == "book"
        assert notes.told[-1][1].bids[0].price == 5000


@pytest.mark.usefixtures("is_quick")
async def test_a_socket_without_books_is_replaced_by_polling_until_it_speaks() -> None:
    rest = Rest()
    async with feed_server() as server, following(server.url, YES, rest=rest) as (_, notes):
        await until(lambda: len(books_of(notes)) >= 3)
        assert notes.kinds()[0] == "down"
        assert notes.told[0][1].startswith("polling: ")
        assert "up" not in notes.kinds()
        server.greeting = books_on_subscription
        await until(lambda: "up" in notes.kinds())
        await until(lambda: notes.told[-1][0] == "book")


@pytest.mark.usefixtures("is_quick")
async def test_an_exchange_without_sockets_is_polled_and_left_alone_when_they_are_back(
    monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    monkeypatch.setattr("polyterm.exchange.reconnect.FIRST_S", 0.01)
    monkeypatch.setattr("polyterm.exchange.reconnect.LONGEST_S", 0.05)
    rest = Rest()
    url = f"ws://127.0.0.1:{unused_tcp_port}/ws/market"
    async with following(url, YES, rest=rest) as (_, notes):
        await until(lambda: "book" in notes.kinds())
        assert notes.kinds()[:2] == ["down", "down"]
        assert notes.told[0][1].startswith("cannot connect to ws://127.0.0.1")
        assert notes.told[1][1].startswith("polling: cannot connect")
        rest.is_reachable = False
        asked = len(rest.asked)
        await until(lambda: len(rest.asked) >= asked + 2)
        assert notes.kinds().count("down") == 2, "told once"
        rest.is_reachable = True
        server = FeedServer(greeting=books_on_subscription)
        async with serve(server.serve, "127.0.0.1", unused_tcp_port):
            await until(lambda: notes.kinds()[-2:] == ["up", "book"])
