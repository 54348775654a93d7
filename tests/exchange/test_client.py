from __future__ import annotations

import asyncio
import json
from random import Random

import httpx
import pytest

from polyterm.engine.ports import Exchange
from polyterm.exchange.client import PolymarketExchange
from polyterm.exchange.hosts import Hosts
from polyterm.exchange.signing import Wallet
from tests.exchange.factory import CREDENTIALS, KEY, YES, StillClock, a_client
from tests.fakes.feed_server import feed_server, until
from tests.fakes.sinks import MarketNotes, UserNotes


def test_it_is_what_the_engine_asks_for() -> None:
    exchange: Exchange = a_client(lambda _: httpx.Response(200))
    assert exchange.url == "http://127.0.0.1:9"
    assert exchange.address == Wallet.from_key(KEY).address


async def test_both_feeds_run_and_end_with_the_client() -> None:
    async with feed_server() as server:
        client = PolymarketExchange(
            Hosts.at(server.url.replace("ws://", "http://").removesuffix("/ws/market")),
            Wallet.from_key(KEY),
            clock=StillClock(),
            random=Random(1),
            credentials=CREDENTIALS,
        )
        market, user = MarketNotes(), UserNotes()
        client.watch([YES])
        feeds = [
            asyncio.create_task(client.run_market_feed(market)),
            asyncio.create_task(client.run_user_feed(user)),
        ]
        await until(lambda: user.kinds() == ["up"] and len(server.visits) == 2)
        paths = {
            visit.connection.request.path for visit in server.visits if visit.connection.request
        }
        assert paths == {"/ws/market", "/ws/user"}
        await client.aclose()
        await asyncio.wait(feeds, timeout=5)
        assert all(feed.cancelled() for feed in feeds)


async def test_books_are_asked_for_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("polyterm.exchange.books.BOOKS_AT_ONCE", 2)
    parts: list[int] = []

    def exchange(request: httpx.Request) -> httpx.Response:
        tokens = [wanted["token_id"] for wanted in json.loads(request.content)]
        parts.append(len(tokens))
        return httpx.Response(200, json=[{"asset_id": token} for token in tokens[:1]])

    client = a_client(exchange)
    books = await client._books.many([YES] * 5)
    assert (parts, len(books)) == ([2, 2, 1], 3)


def test_polymarket_and_a_single_address_are_places() -> None:
    assert Hosts.live().ws_user == "wss://ws-subscriptions-clob.polymarket.com/ws/user"
    assert not Hosts.live().is_loopback
    local = Hosts.at("http://127.0.0.1:8123/")
    assert local == Hosts(
        "http://127.0.0.1:8123",
        "http://127.0.0.1:8123",
        "ws://127.0.0.1:8123/ws/market",
        "ws://127.0.0.1:8123/ws/user",
    )
    assert local.is_loopback
    assert Hosts.at("https://example.org").ws_market == "wss://example.org/ws/market"
    with pytest.raises(ValueError, match="not an http address"):
        Hosts.at("ftp://example.org")
