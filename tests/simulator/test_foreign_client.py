"""The official client, unchanged, against a real socket: what it may do, it can do here."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from py_clob_client_v2.client import ClobClient
from py_clob_client_v2.clob_types import (
    ApiCreds,
    BalanceAllowanceParams,
    BookParams,
    DropNotificationParams,
    MarketOrderArgs,
    OpenOrderParams,
    OrderArgs,
    OrderMarketCancelParams,
    OrderPayload,
    OrderScoringParams,
    OrdersScoringParams,
    PostOrdersV2Args,
    PricesHistoryParams,
    TradeParams,
)
from py_clob_client_v2.exceptions import PolyApiException
from py_clob_client_v2.utilities import parse_raw_orderbook_summary

from polyterm.simulator.server import LocalExchangeServer
from tests.fakes.signing_wallet import ANN, BOB
from tests.fakes.still_flow import serving, unlimited
from tests.fakes.trading_floor import listing

# The client declares classes for these and takes plain words.
COLLATERAL: Any = "COLLATERAL"
CONDITIONAL: Any = "CONDITIONAL"
FAK: Any = "FAK"
RAIN = listing("rain", rate_ppm=70_000)
SNOW = listing("snow", tick=10, neg_risk=True)
YES, NO = (outcome.token_id for outcome in RAIN.market.outcomes)
SNOW_YES = SNOW.market.outcomes[0].token_id
RAIN_ID = RAIN.market.condition_id


@pytest.fixture
async def server() -> AsyncIterator[LocalExchangeServer]:
    async with serving(RAIN, SNOW) as server:
        yield server


@pytest.fixture
async def client(server: LocalExchangeServer) -> ClobClient:
    return await trader(server, ANN.private_key)


async def trader(server: LocalExchangeServer, private_key: str) -> ClobClient:
    client = ClobClient(server.url, 137, key=private_key)
    client.set_api_creds(await asyncio.to_thread(client.create_api_key))
    return client


async def ask(call: Callable[..., Any], *arguments: object, **named: object) -> Any:
    return await asyncio.to_thread(call, *arguments, **named)


async def buy(
    client: ClobClient, price: float, size: float, *, token: str = YES, kind: str = "GTC", **how
) -> dict[str, Any]:
    order = OrderArgs(token_id=token, price=price, size=size, side="BUY")
    return await ask(client.create_and_post_order, order, None, kind, **how)


def signed(client: ClobClient, size: float) -> PostOrdersV2Args:
    return PostOrdersV2Args(order=client.create_order(OrderArgs(YES, 0.1, size, "BUY")))


async def test_the_exchange_itself(client: ClobClient):
    assert await ask(client.get_ok) == "OK"
    assert abs(await ask(client.get_server_time) - time.time()) < 5
    assert await ask(client.get_version) == 2


async def test_books_and_prices(client: ClobClient):
    both = [BookParams(token_id=YES, side="BUY"), BookParams(token_id=NO, side="SELL")]
    book = await ask(client.get_order_book, YES)
    assert [level["price"] for level in book["bids"]] == ["0.48", "0.49"]
    assert [level["price"] for level in book["asks"]] == ["0.52", "0.5"]
    assert book["bids"][-1]["size"] == "100"
    assert client.get_order_book_hash(parse_raw_orderbook_summary(book)) == book["hash"]
    mirror = await ask(client.get_order_book, NO)
    assert mirror["bids"][-1] == {"price": "0.5", "size": "100"}
    assert [b["asset_id"] for b in await ask(client.get_order_books, both)] == [YES, NO]
    assert await ask(client.get_price, YES, "BUY") == {"price": "0.49"}
    assert await ask(client.get_price, YES, "SELL") == {"price": "0.5"}
    assert await ask(client.get_prices, both) == {YES: {"BUY": "0.49"}, NO: {"SELL": "0.51"}}
    assert await ask(client.get_midpoint, YES) == {"mid": "0.495"}
    assert await ask(client.get_midpoints, both) == {YES: "0.495", NO: "0.505"}
    assert await ask(client.get_spread, YES) == {"spread": "0.01"}
    assert await ask(client.get_spreads, both) == {YES: "0.01", NO: "0.01"}
    assert await ask(client.get_last_trade_price, YES) == {"price": "0.5", "side": ""}


async def test_what_a_market_is(client: ClobClient):
    assert await ask(client.get_tick_size, YES) == "0.01"
    assert await ask(client.get_tick_size, SNOW_YES) == "0.001"
    assert await ask(client.get_neg_risk, YES) is False
    assert await ask(client.get_neg_risk, SNOW_YES) is True
    assert await ask(client.get_fee_rate_bps, YES) == 1000
    assert await ask(client.get_fee_exponent, YES) == 1
    info = await ask(client.get_clob_market_info, RAIN_ID)
    assert info["t"] == [{"t": YES, "o": "Yes"}, {"t": NO, "o": "No"}]
    assert (info["mos"], info["mts"], info["fd"]["r"]) == (5, 0.01, 0.07)
    market = await ask(client.get_market, RAIN_ID)
    assert (market["condition_id"], market["minimum_order_size"]) == (RAIN_ID, 5)


async def test_lists_of_markets(client: ClobClient):
    for read in (
        client.get_markets,
        client.get_sampling_markets,
        client.get_simplified_markets,
        client.get_sampling_simplified_markets,
    ):
        page = await ask(read)
        assert (page["count"], page["next_cursor"]) == (2, "LTE=")
        assert page["data"][0]["condition_id"] == RAIN_ID


async def test_prices_over_time(client: ClobClient):
    params = PricesHistoryParams(market=YES, interval="1h", fidelity=1)
    history = (await ask(client.get_prices_history, params))["history"]
    assert [point["p"] for point in history] == [0.495]


async def test_keys(server: LocalExchangeServer, client: ClobClient):
    assert isinstance(client.creds, ApiCreds)
    again = ClobClient(server.url, 137, key=ANN.private_key)
    assert await ask(again.derive_api_key) == client.creds
    assert await ask(again.create_or_derive_api_key) == client.creds
    with pytest.raises(PolyApiException) as caught:
        await ask(again.create_api_key)
    assert (caught.value.status_code, caught.value.error_msg) == (
        400,
        {"error": "Could not create api key"},
    )
    second = await ask(again.create_api_key, 1)
    assert (await ask(client.get_api_keys))["apiKeys"] == [client.creds.api_key, second.api_key]
    assert await ask(client.get_closed_only_mode) == {"closed_only": False}
    assert await ask(client.delete_api_key) == "OK"
    with pytest.raises(PolyApiException) as caught:
        await ask(client.get_api_keys)
    assert caught.value.status_code == 401


async def test_keys_that_may_only_look(client: ClobClient):
    made = await ask(client.create_readonly_api_key)
    assert (await ask(client.get_readonly_api_keys))["readonlyApiKeys"] == [made["apiKey"]]
    assert await ask(client.delete_readonly_api_key, made["apiKey"]) == "OK"
    assert (await ask(client.get_readonly_api_keys))["readonlyApiKeys"] == []


async def test_a_resting_order_from_placing_to_cancelling(client: ClobClient):
    reply = await buy(client, 0.4, 20)
    assert (reply["success"], reply["status"], reply["errorMsg"]) == (True, "live", "")
    order = await ask(client.get_order, reply["orderID"])
    assert (order["status"], order["original_size"], order["price"]) == ("LIVE", "20", "0.4")
    assert await ask(client.get_open_orders) == [order]
    assert await ask(client.get_open_orders, OpenOrderParams(market="0x00")) == []
    assert await ask(client.get_pre_migration_orders) == []
    scoring = OrderScoringParams(orderId=order["id"])
    assert await ask(client.is_order_scoring, scoring) == {"scoring": False}
    many = OrdersScoringParams(orderIds=[order["id"]])
    assert await ask(client.are_orders_scoring, many) == {order["id"]: False}
    done = await ask(client.cancel_order, OrderPayload(orderID=order["id"]))
    assert done == {"canceled": [order["id"]], "not_canceled": {}}
    done = await ask(client.cancel_order, OrderPayload(orderID=order["id"]))
    assert done["not_canceled"] == {order["id"]: "already canceled or matched"}
    assert (await ask(client.get_order, order["id"]))["status"] == "CANCELED"


@pytest.mark.parametrize(
    ("kind", "how", "status"),
    [
        ("GTC", {}, "live"),
        ("GTC", {"post_only": True}, "live"),
        ("GTD", {}, "live"),
        ("FAK", {}, "matched"),
        ("FOK", {}, "matched"),
    ],
)
async def test_every_type_of_order(client: ClobClient, kind, how, status):
    price = 0.5 if status == "matched" else 0.4
    expiration = int(time.time()) + 600 if kind == "GTD" else 0
    order = OrderArgs(YES, price, 10, "BUY", expiration=expiration)
    signed = await ask(client.create_order, order)
    reply = await ask(client.post_order, signed, kind, defer_exec=True, **how)
    assert (reply["status"], reply["errorMsg"]) == (status, "")
    with pytest.raises(PolyApiException) as caught:
        await ask(client.post_order, signed, kind, **how)
    text = f"order {reply['orderID']} is invalid. Duplicated."
    assert caught.value.error_msg == {"error": text}


async def test_a_market_buy_and_the_sale_of_what_it_bought(client: ClobClient):
    order = MarketOrderArgs(token_id=YES, amount=25, side="BUY")
    reply = await ask(client.create_and_post_market_order, order)
    assert (reply["status"], reply["makingAmount"], reply["takingAmount"]) == (
        "matched",
        "25",
        "50",
    )
    assert len(reply["transactionsHashes"]) == 1
    trades = await ask(client.get_trades, TradeParams(id=reply["tradeIDs"][0]))
    assert [(t["size"], t["price"], t["side"], t["trader_side"]) for t in trades] == [
        ("50", "0.5", "BUY", "TAKER")
    ]
    assert trades[0]["status"] in {"TRADE_STATUS_MINED", "TRADE_STATUS_CONFIRMED"}
    held = BalanceAllowanceParams(asset_type=CONDITIONAL, token_id=YES)
    assert (await ask(client.get_balance_allowance, held))["balance"] == "50000000"
    cash = BalanceAllowanceParams(asset_type=COLLATERAL)
    balance = await ask(client.get_balance_allowance, cash)
    assert balance["balance"] == "974125000"
    assert len(balance["allowances"]) == 3
    assert (await ask(client.update_balance_allowance, cash))["balance"] == "974125000"
    sale = MarketOrderArgs(token_id=YES, amount=50, side="SELL", order_type=FAK)
    reply = await ask(client.create_and_post_market_order, sale, None, "FAK")
    assert (reply["makingAmount"], reply["takingAmount"]) == ("50", "24.5")
    assert await ask(client.get_last_trade_price, YES) == {"price": "0.49", "side": "SELL"}
    last = await ask(client.get_last_trades_prices, [BookParams(token_id=NO)])
    assert last == [{"token_id": NO, "price": "0.49", "side": "SELL"}]


async def test_maker_and_taker_see_the_same_trade_each_from_its_side(
    server: LocalExchangeServer, client: ClobClient
):
    other = await trader(server, BOB.private_key)
    resting = await buy(client, 0.495, 10, token=SNOW_YES)
    snow_no = SNOW.market.outcomes[1].token_id
    reply = await buy(other, 0.51, 10, token=snow_no)
    assert reply["status"] == "matched"
    (mine,) = await ask(client.get_trades)
    (theirs,) = await ask(other.get_trades)
    assert mine["id"] == theirs["id"] == reply["tradeIDs"][0]
    assert (mine["trader_side"], theirs["trader_side"]) == ("MAKER", "TAKER")
    assert (mine["asset_id"], mine["price"]) == (snow_no, "0.505")
    (leg,) = mine["maker_orders"]
    (own_key,) = (await ask(client.get_api_keys))["apiKeys"]
    assert (leg["order_id"], leg["owner"]) == (resting["orderID"], own_key)
    assert (leg["asset_id"], leg["side"], leg["price"]) == (SNOW_YES, "BUY", "0.495")
    filled = await ask(client.get_order, resting["orderID"])
    assert (filled["status"], filled["size_matched"]) == ("MATCHED", "10")
    assert filled["associate_trades"] == [mine["id"]]
    activity = await ask(client.get_market_trades_events, SNOW.market.condition_id)
    assert [event["price"] for event in activity] == [0.505]


async def test_many_orders_at_once_and_cancels_of_every_kind(client: ClobClient):
    def made(price: float, token: str) -> PostOrdersV2Args:
        order = client.create_order(OrderArgs(token_id=token, price=price, size=10, side="BUY"))
        return PostOrdersV2Args(order=order)

    async def post(*prices: float, token: str = YES) -> list[str]:
        batch = [await ask(made, price, token) for price in prices]
        return [reply["orderID"] for reply in await ask(client.post_orders, batch)]

    first, second, third = await post(0.4, 0.41, 0.42)
    assert (await ask(client.cancel_orders, [first, second, first]))["canceled"] == [first, second]
    snow = await post(0.4, token=SNOW_YES)
    of_rain = OrderMarketCancelParams(market=RAIN_ID)
    assert (await ask(client.cancel_market_orders, of_rain))["canceled"] == [third]
    of_snow = OrderMarketCancelParams(asset_id=SNOW_YES)
    assert (await ask(client.cancel_market_orders, of_snow))["canceled"] == snow
    several = await post(0.4, 0.41)
    assert (await ask(client.cancel_all))["canceled"] == several
    assert await ask(client.get_open_orders) == []


async def test_one_bad_order_of_many_is_refused_alone(client: ClobClient):
    good = await ask(client.create_order, OrderArgs(YES, 0.4, 10, "BUY"))
    dear = await ask(client.create_order, OrderArgs(YES, 0.4, 100_000, "BUY"))
    replies = await ask(
        client.post_orders, [PostOrdersV2Args(order=good), PostOrdersV2Args(order=dear)]
    )
    assert [reply["success"] for reply in replies] == [True, False]
    assert "balance is not enough" in replies[1]["errorMsg"]
    assert replies[1]["orderID"] == ""


async def test_more_orders_than_fit_on_a_page():
    async with serving(RAIN, rules=unlimited()) as server:
        client = await trader(server, ANN.private_key)
        for start in range(0, 105, 15):
            batch = [await ask(signed, client, 5 + n) for n in range(start, start + 15)]
            await ask(client.post_orders, batch)
        orders = await ask(client.get_open_orders)
        assert [order["original_size"] for order in orders] == [str(5 + n) for n in range(105)]
        assert len(await ask(client.get_open_orders, None, True)) == 100


async def test_heartbeats(client: ClobClient):
    first = await ask(client.post_heartbeat, "")
    second = await ask(client.post_heartbeat, first["heartbeat_id"])
    assert second["heartbeat_id"] not in {"", first["heartbeat_id"]}
    with pytest.raises(PolyApiException) as caught:
        await ask(client.post_heartbeat, "wrong")
    assert caught.value.error_msg == {"error_msg": "Invalid Heartbeat ID", **second}


async def test_notifications(client: ClobClient):
    reply = await buy(client, 0.4, 10)
    await ask(client.cancel_all)
    (note,) = await ask(client.get_notifications)
    assert (note["type"], note["payload"]["order_id"]) == (1, reply["orderID"])
    await ask(client.drop_notifications, DropNotificationParams(ids=[str(note["id"])]))
    assert await ask(client.get_notifications) == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("FOK", "order couldn't be fully filled. FOK orders are fully filled or killed."),
        (
            "FAK",
            "no orders found to match with FAK order. "
            "FAK orders are partially filled or killed if no match is found.",
        ),
    ],
)
async def test_an_immediate_order_that_finds_nobody_is_killed(client: ClobClient, kind, text):
    with pytest.raises(PolyApiException) as caught:
        await buy(client, 0.4, 10, kind=kind)
    assert (caught.value.status_code, caught.value.error_msg) == (400, {"error": text})
