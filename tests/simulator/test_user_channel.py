from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from polyterm.models.enums import Side
from polyterm.simulator.server import LocalExchangeServer
from tests.fakes.frames import read_text, read_until
from tests.fakes.rest_trader import RestTrader
from tests.fakes.signing_wallet import BOB
from tests.fakes.still_flow import serving
from tests.fakes.trading_floor import listing, whole

BUY, SELL = Side.BUY, Side.SELL
RAIN, SNOW = listing("rain"), listing("snow")
YES, NO = (outcome.token_id for outcome in RAIN.market.outcomes)
RAIN_ID, SNOW_ID = RAIN.market.condition_id, SNOW.market.condition_id
SNOW_YES = SNOW.market.outcomes[0].token_id


@pytest.fixture
async def server() -> AsyncIterator[LocalExchangeServer]:
    async with serving(RAIN, SNOW) as server:
        yield server


@pytest.fixture
async def ann(server: LocalExchangeServer) -> AsyncIterator[RestTrader]:
    async with httpx.AsyncClient(base_url=server.url) as http:
        yield await RestTrader.open(server, http)


@pytest.fixture
async def socket(server: LocalExchangeServer) -> AsyncIterator[ClientConnection]:
    async with connect(f"ws://127.0.0.1:{server.port}/ws/user") as socket:
        yield socket


async def subscribe(socket: ClientConnection, trader: RestTrader, **more: object) -> None:
    await socket.send(trader.subscription(**more))
    await socket.send("PING")
    assert await read_text(socket) == "PONG"


def facts(events: list[dict]) -> list[tuple[str, str]]:
    return [(event["type"], event["status"]) for event in events]


async def test_an_order_is_followed_from_its_placement_to_its_end(ann, socket):
    await subscribe(socket, ann)
    order_id = (await ann.place(YES, BUY, 5000, whole(120))).json()["orderID"]
    events = await read_until(socket, "order", type="UPDATE")
    assert facts(events) == [("PLACEMENT", "LIVE"), ("TRADE", "MATCHED"), ("UPDATE", "LIVE")]
    update = events[-1]
    assert (update["id"], update["size_matched"], update["original_size"]) == (
        order_id,
        "100",
        "120",
    )
    assert update["associate_trades"] == [events[1]["id"]]
    await ann.call("DELETE", "/cancel-all")
    events = await read_until(socket, "order", type="CANCELLATION")
    assert (events[-1]["status"], events[-1]["size_matched"]) == ("CANCELED", "100")


async def test_a_trade_is_told_once_for_each_status_under_the_same_id(ann, socket):
    await subscribe(socket, ann)
    await ann.place(YES, BUY, 5000, whole(10))
    events = await read_until(socket, "trade", status="CONFIRMED")
    trades = [event for event in events if event["event_type"] == "trade"]
    assert [trade["status"] for trade in trades] == ["MATCHED", "MINED", "CONFIRMED"]
    assert len({trade["id"] for trade in trades}) == 1
    assert [bool(trade["transaction_hash"]) for trade in trades] == [False, True, True]
    assert (trades[0]["owner"], trades[0]["trader_side"]) == (ann.key, "TAKER")


async def test_a_maker_finds_its_own_leg_among_the_maker_orders(server, ann, socket):
    await subscribe(socket, ann)
    bob = await RestTrader.open(server, ann.http, BOB)
    order_id = (await ann.place(YES, BUY, 4950, whole(10))).json().get("orderID")
    assert order_id is None
    server.exchange.set_tick(RAIN_ID, 10)
    order_id = (await ann.place(YES, BUY, 4950, whole(10))).json()["orderID"]
    await bob.place(NO, BUY, 5050, whole(10))
    trade = (await read_until(socket, "trade"))[-1]
    assert (trade["trader_side"], trade["owner"], trade["asset_id"]) == ("MAKER", bob.key, NO)
    (leg,) = trade["maker_orders"]
    assert (leg["order_id"], leg["owner"], leg["asset_id"]) == (order_id, ann.key, YES)
    assert (leg["price"], leg["side"], leg["matched_amount"]) == ("0.495", "BUY", "10")


async def test_a_killed_fok_is_told_with_the_real_exchanges_gaps(ann, socket):
    await subscribe(socket, ann)
    reply = await ann.place(YES, BUY, 4000, whole(10), kind="FOK")
    assert reply.status_code == 400
    (event,) = await read_until(socket, "order")
    assert event["type"] == "CANCELLATION"
    assert event["status"].startswith("CANCELED_order couldn't be fully filled")
    assert (event["size_matched"], event["created_at"], event["outcome"]) == ("", "", "")
    assert (event["associate_trades"], event["original_size"]) == (None, "4")


async def test_the_end_of_a_market_is_told_to_those_who_had_orders_there(server, ann, socket):
    await subscribe(socket, ann)
    await ann.place(YES, BUY, 4000, whole(10))
    server.exchange.close_market(RAIN_ID)
    events = await read_until(socket, "order", type="CANCELLATION")
    assert events[-1]["status"] == "CANCELED_MARKET_RESOLVED"


async def test_nobody_hears_of_the_orders_of_others(server, ann, socket):
    await subscribe(socket, ann)
    bob = await RestTrader.open(server, ann.http, BOB)
    await bob.place(YES, BUY, 5000, whole(10))
    await ann.place(YES, BUY, 4000, whole(10))
    assert facts(await read_until(socket, "order")) == [("PLACEMENT", "LIVE")]


async def test_nothing_is_told_of_what_was_before(ann, socket):
    await ann.place(YES, BUY, 4000, whole(10))
    await subscribe(socket, ann)
    await ann.call("DELETE", "/cancel-all")
    assert facts(await read_until(socket, "order")) == [("CANCELLATION", "CANCELED")]


async def test_only_the_markets_asked_for_are_told(ann, socket):
    await subscribe(socket, ann, markets=[SNOW_ID])
    await ann.place(YES, BUY, 4000, whole(10))
    await ann.place(SNOW_YES, BUY, 4000, whole(10))
    assert (await read_until(socket, "order"))[0]["market"] == SNOW_ID
    await socket.send(json.dumps({"operation": "subscribe", "markets": [RAIN_ID]}))
    await socket.send("PING")
    assert await read_text(socket) == "PONG"
    await ann.place(YES, BUY, 4000, whole(10))
    assert (await read_until(socket, "order"))[0]["market"] == RAIN_ID


async def test_an_empty_list_of_markets_mutes_trades_as_on_the_real_exchange(ann, socket):
    await subscribe(socket, ann, markets=[])
    await ann.place(YES, BUY, 5000, whole(10))
    events = await read_until(socket, "order", type="UPDATE")
    assert facts(events) == [("PLACEMENT", "LIVE"), ("UPDATE", "MATCHED")]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda frame: frame.pop("auth"),
        lambda frame: frame["auth"].update(secret="guess"),
        lambda frame: frame["auth"].update(passphrase="guess"),
        lambda frame: frame["auth"].update(apiKey="00000000-0000-4000-8000-000000000000"),
    ],
)
async def test_wrong_credentials_are_sent_away(ann, socket, spoil):
    frame = json.loads(ann.subscription())
    spoil(frame)
    await socket.send(json.dumps(frame))
    with pytest.raises(ConnectionClosed) as caught:
        await read_text(socket)
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1008
