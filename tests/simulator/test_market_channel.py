from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from polyterm.models.enums import OrderType, Side
from polyterm.models.money import PRICE_ONE
from polyterm.simulator.server import LocalExchangeServer
from polyterm.simulator.web import market_subscription
from polyterm.simulator.web.market_channel import MarketChannel
from tests.fakes.asgi_socket import AsgiSocket
from tests.fakes.frames import read_events, read_text, read_until
from tests.fakes.still_flow import serving
from tests.fakes.trading_floor import TradingFloor, listing, whole

BUY, SELL = Side.BUY, Side.SELL
RAIN, SNOW = listing("rain"), listing("snow")
RAIN_ID = RAIN.market.condition_id
YES, NO = (outcome.token_id for outcome in RAIN.market.outcomes)
SNOW_YES = SNOW.market.outcomes[0].token_id


@pytest.fixture
async def server() -> AsyncIterator[LocalExchangeServer]:
    async with serving(RAIN, SNOW) as server:
        yield server


@pytest.fixture
async def socket(server: LocalExchangeServer) -> AsyncIterator[ClientConnection]:
    async with connect(f"ws://127.0.0.1:{server.port}/ws/market") as socket:
        yield socket


async def subscribe(socket: ClientConnection, *tokens: str, **more: object) -> None:
    await socket.send(json.dumps({"type": "market", "assets_ids": tokens, **more}))


async def ping(socket: ClientConnection) -> None:
    """Everything sent before is heard once this is answered."""
    await socket.send("PING")
    assert await read_text(socket) == "PONG"


async def test_a_subscription_starts_with_whole_books_best_last(socket):
    await subscribe(socket, YES, NO)
    yes, no = await read_events(socket)
    assert (yes["event_type"], yes["market"], yes["asset_id"]) == ("book", RAIN_ID, YES)
    assert yes["bids"] == [{"price": "0.48", "size": "200"}, {"price": "0.49", "size": "100"}]
    assert yes["asks"] == [{"price": "0.52", "size": "200"}, {"price": "0.5", "size": "100"}]
    assert (yes["tick_size"], yes["min_order_size"], yes["neg_risk"]) == ("0.01", "5", False)
    assert no["bids"][-1] == {"price": "0.5", "size": "100"}
    assert yes["timestamp"].isdigit()


async def test_no_dump_where_none_is_wanted(socket):
    await subscribe(socket, YES, initial_dump=False)
    await ping(socket)


async def test_a_change_is_told_for_both_tokens_with_the_new_aggregate(server, socket):
    await subscribe(socket, YES)
    await read_events(socket)
    order_id = server.exchange.place_house(RAIN_ID, BUY, 4900, whole(50))
    (event,) = await read_events(socket)
    assert event["event_type"] == "price_change"
    best = {"best_bid": "0.49", "best_ask": "0.5"}
    mirrored = {"best_bid": "0.5", "best_ask": "0.51"}
    assert event["price_changes"] == [
        {"asset_id": YES, "price": "0.49", "size": "150", "side": "BUY", "hash": order_id, **best},
        {
            "asset_id": NO,
            "price": "0.51",
            "size": "150",
            "side": "SELL",
            "hash": order_id,
            **mirrored,
        },
    ]


async def test_changes_of_one_turn_of_the_loop_come_in_one_frame(server, socket):
    await subscribe(socket, YES)
    await read_events(socket)
    made = [server.exchange.place_house(RAIN_ID, BUY, price, whole(5)) for price in (4000, 4100)]
    server.exchange.cancel_house(made[0])
    (event,) = await read_events(socket)
    own = [c for c in event["price_changes"] if c["asset_id"] == YES]
    assert [(c["price"], c["size"]) for c in own] == [("0.4", "0"), ("0.41", "5")]


async def test_a_trade_brings_a_print_the_changed_level_and_the_whole_book(server, socket):
    await subscribe(socket, YES)
    await read_events(socket)
    server.exchange.place_house(RAIN_ID, BUY, 5000, whole(30), OrderType.FAK)
    trade, change, book = await read_until(socket, "book")
    assert (trade["event_type"], trade["price"], trade["size"], trade["side"]) == (
        "last_trade_price",
        "0.5",
        "30",
        "BUY",
    )
    assert trade["fee_rate_bps"] == "0"
    assert change["price_changes"][0]["size"] == "70"
    assert book["asks"][-1] == {"price": "0.5", "size": "70"}
    assert "tick_size" not in book


async def test_a_book_kept_from_changes_equals_the_book_itself(server, socket):
    await subscribe(socket, YES, NO)
    kept = {e["asset_id"]: levels(e) for e in await read_events(socket)}
    for number in range(40):
        side, price = (BUY, 4950 - number * 10) if number % 2 else (SELL, 4960 + number * 10)
        server.exchange.place_house(RAIN_ID, side, price, whole(number + 1))
        if number % 7 == 0:
            server.exchange.place_house(RAIN_ID, side.opposite, price, whole(3), OrderType.FAK)
        await asyncio.sleep(0)
    server.exchange.set_tick(RAIN_ID, 10)
    for event in await read_until(socket, "tick_size_change", asset_id=NO):
        apply(event, kept)
    book = server.exchange.book(RAIN_ID, 1_000)
    assert kept[YES] == {
        **{("BUY", price): size for price, size in book.bids},
        **{("SELL", price): size for price, size in book.asks},
    }
    assert kept[NO] == {
        **{("SELL", PRICE_ONE - price): size for price, size in book.bids},
        **{("BUY", PRICE_ONE - price): size for price, size in book.asks},
    }


def levels(book: dict) -> dict[tuple[str, int], int]:
    sides = {"BUY": book["bids"], "SELL": book["asks"]}
    return {
        (side, parse(level["price"], 4)): parse(level["size"], 6)
        for side, found in sides.items()
        for level in found
    }


def parse(text: str, places: int) -> int:
    whole_part, _, part = text.partition(".")
    return int(whole_part + part.ljust(places, "0"))


def apply(event: dict, kept: dict[str, dict]) -> None:
    for change in event.get("price_changes", ()):
        key = (change["side"], parse(change["price"], 4))
        kept[change["asset_id"]][key] = parse(change["size"], 6)
        kept[change["asset_id"]] = {k: s for k, s in kept[change["asset_id"]].items() if s}
    if event["event_type"] == "book":
        assert kept[event["asset_id"]] == levels(event)


async def test_tokens_come_and_go_during_a_subscription(server, socket):
    await subscribe(socket, YES)
    await read_events(socket)
    await socket.send(json.dumps({"operation": "subscribe", "assets_ids": [SNOW_YES, YES]}))
    assert [event["asset_id"] for event in await read_events(socket)] == [SNOW_YES]
    await socket.send(json.dumps({"operation": "unsubscribe", "assets_ids": [YES]}))
    await ping(socket)
    server.exchange.place_house(RAIN_ID, BUY, 4000, whole(5))
    server.exchange.place_house(SNOW.market.condition_id, BUY, 4000, whole(5))
    (event,) = await read_events(socket)
    assert event["market"] == SNOW.market.condition_id


async def test_a_token_may_be_followed_before_it_is_listed(server, socket):
    late = listing("late")
    token = late.market.outcomes[0].token_id
    await subscribe(socket, token)
    await ping(socket)
    server.exchange.open_market(late)
    server.exchange.place_house(late.market.condition_id, BUY, 4000, whole(5))
    (event,) = await read_events(socket)
    assert event["price_changes"][0]["asset_id"] == token


async def test_level_one_is_the_best_of_each_side_alone(server, socket):
    await subscribe(socket, YES, level=1)
    (dump,) = await read_events(socket)
    assert (dump["bids"], dump["asks"]) == (
        [{"price": "0.49", "size": "100"}],
        [{"price": "0.5", "size": "100"}],
    )
    server.exchange.place_house(RAIN_ID, BUY, 4000, whole(5))
    await read_events(socket)
    server.exchange.place_house(RAIN_ID, BUY, 4100, whole(5))
    await ping(socket)
    server.exchange.place_house(RAIN_ID, BUY, 4900, whole(5))
    (event,) = await read_events(socket)
    assert (event["event_type"], event["bids"]) == ("book", [{"price": "0.49", "size": "105"}])


async def test_more_kinds_of_events_are_told_only_to_those_who_ask(server, socket):
    url = f"ws://127.0.0.1:{server.port}/ws/market"
    async with connect(url) as curious:
        for one, custom in ((socket, False), (curious, True)):
            await subscribe(one, YES, custom_feature_enabled=custom)
            await read_events(one)
        server.exchange.place_house(RAIN_ID, BUY, 4950, whole(5))
        best = (await read_until(curious, "best_bid_ask"))[-1]
        assert (best["best_bid"], best["best_ask"], best["spread"]) == ("0.495", "0.5", "0.005")
        server.exchange.open_market(listing("late"))
        assert (await read_until(curious, "new_market"))[-1]["slug"] == "late"
        server.exchange.close_market(RAIN_ID, winner=1)
        event = (await read_until(curious, "market_resolved"))[-1]
        assert (event["winning_asset_id"], event["winning_outcome"]) == (NO, "No")
        await socket.send("PING")
        heard: list[str] = []
        while (text := await read_text(socket)) != "PONG":
            heard.append(json.loads(text)["event_type"])
        assert set(heard) == {"price_change"}


async def test_a_new_grid_is_told_for_each_token_followed(server, socket):
    await subscribe(socket, YES, NO)
    await read_events(socket)
    server.exchange.set_tick(RAIN_ID, 10)
    events = await read_until(socket, "tick_size_change", asset_id=NO)
    assert [(e["asset_id"], e["old_tick_size"], e["new_tick_size"]) for e in events] == [
        (YES, "0.01", "0.001"),
        (NO, "0.01", "0.001"),
    ]


@pytest.mark.parametrize("first", ["PING", "{}", "nonsense", '{"type":"user"}'])
async def test_whoever_does_not_subscribe_first_is_sent_away(socket, first):
    await socket.send(first)
    with pytest.raises(ConnectionClosed) as caught:
        await read_text(socket)
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1008


async def test_a_client_that_does_not_read_is_cut_off_and_others_are_not(monkeypatch):
    monkeypatch.setattr(market_subscription, "MAX_WAITING", 20)
    floor = TradingFloor(listed=RAIN)
    channel = MarketChannel(floor.exchange)
    floor.exchange.listeners.add(channel)
    slow, good = AsgiSocket(reads=False), AsgiSocket()
    tasks = [asyncio.create_task(channel.serve(s.server_side())) for s in (slow, good)]
    for client in (slow, good):
        client.say({"type": "market", "assets_ids": [YES], "initial_dump": False})
    await turns()
    for price in range(1, 31):
        floor.house(BUY, price * 100, whole(5))
        await turns()
    async with asyncio.timeout(5):
        await tasks[0]
    assert slow.close_code == 1013
    assert (len(good.sent), good.close_code) == (30, None)
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def turns() -> None:
    """Let everything that can go on without waiting go on."""
    for _ in range(20):
        await asyncio.sleep(0)
