from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from random import Random
from typing import Any

import pytest

from polyterm.engine.ports import RemoteStatus
from polyterm.exchange.user_feed import UserFeed
from polyterm.models.enums import TradeStatus
from polyterm.models.money import UNIT
from tests.exchange.factory import API_KEY, CREDENTIALS, YES, sample
from tests.fakes.feed_server import feed_server, until
from tests.fakes.sinks import UserNotes

KILLED = {
    "event_type": "order",
    "type": "CANCELLATION",
    "id": "0x" + "1" * 64,
    "owner": API_KEY,
    "asset_id": YES,
    "market": "0x" + "2" * 64,
    "side": "BUY",
    "price": "0.5",
    "original_size": "5",
    "size_matched": "",
    "status": "CANCELED_order couldn't be fully filled. FOK orders are fully filled or killed.",
    "order_type": "FOK",
    "created_at": "",
    "outcome": "",
    "associate_trades": None,
}


@contextlib.asynccontextmanager
async def listening(url: str) -> AsyncIterator[UserNotes]:
    notes = UserNotes()
    feed = UserFeed(url, CREDENTIALS, Random(3), use_proxies=False)
    task = asyncio.create_task(feed.run(notes))
    try:
        yield notes
        assert not task.done()
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_it_logs_in_for_all_markets_and_is_up_once_that_was_read() -> None:
    async with feed_server() as server, listening(server.url) as notes:
        await until(lambda: notes.kinds() == ["up"])
        auth = {
            "apiKey": CREDENTIALS.key,
            "secret": CREDENTIALS.secret,
            "passphrase": CREDENTIALS.passphrase,
        }
        assert server.now.frames == [{"type": "user", "auth": auth}]


async def test_a_login_that_is_refused_is_never_up() -> None:
    async with feed_server(answers_pings=False) as server, listening(server.url) as notes:
        await until(lambda: bool(server.visits) and bool(server.now.pings))
        await server.now.connection.close(4001, "bad key")
        await until(lambda: bool(notes.told))
        assert notes.kinds() == ["down"]
        assert "bad key" in notes.told[0][1]


async def test_recorded_orders_and_trades_arrive_alone_and_in_arrays() -> None:
    order, trade = (
        json.loads(sample(name)) for name in ("ws_user_order_msg.json", "ws_user_trade_msg.json")
    )
    async with feed_server() as server, listening(server.url) as notes:
        await until(lambda: notes.kinds() == ["up"])
        await server.now.say(order)
        await server.now.say([trade, KILLED, {"event_type": "mystery"}])
        await until(lambda: notes.kinds() == ["up", "order", "trade", "order"])
        assert notes.told[1][1].status is RemoteStatus.LIVE
        assert notes.told[2][1].status is TradeStatus.CONFIRMED
        killed = notes.told[3][1]
        assert (killed.status, killed.matched) == (RemoteStatus.CANCELLED, 0)
        assert killed.size == 10 * UNIT, "five dollars at fifty cents"


async def test_a_lost_socket_is_told_and_opened_again() -> None:
    async with feed_server() as server, listening(server.url) as notes:
        await until(lambda: notes.kinds() == ["up"])
        await server.drop()
        await until(lambda: notes.kinds() == ["up", "down", "up"])
        assert len(server.visits) == 2


@pytest.mark.parametrize(
    "content",
    [
        "garbage",
        {"event_type": "order", "id": "0x1"},
        {**KILLED, "size_matched": "many"},
        {"event_type": "trade", "id": "t", "side": "HOLD", "asset_id": YES},
    ],
)
async def test_an_event_of_ours_that_cannot_be_read_makes_the_engine_look(content: Any) -> None:
    async with feed_server() as server, listening(server.url) as notes:
        await until(lambda: notes.kinds() == ["up"])
        await server.now.say(content)
        await until(lambda: notes.kinds() == ["up", "down", "up"])
        assert notes.told[1][1].startswith("unreadable event")


async def test_what_is_no_event_of_ours_is_passed_over() -> None:
    async with feed_server() as server, listening(server.url) as notes:
        await until(lambda: notes.kinds() == ["up"])
        await server.now.say([{"event_type": "mystery"}, 5, {"type": "HELLO"}])
        await server.now.say({key: KILLED[key] for key in KILLED if key != "event_type"})
        await until(lambda: notes.kinds() == ["up", "order"])
