from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from polyterm.models.enums import Side
from polyterm.simulator.server import LocalExchangeServer
from tests.fakes.rest_trader import RestTrader
from tests.fakes.signing_wallet import BOB, NEG_RISK_V2
from tests.fakes.still_flow import serving
from tests.fakes.trading_floor import listing, whole

BUY, SELL = Side.BUY, Side.SELL
RAIN = listing("rain", rate_ppm=40_000)
SNOW = listing("snow", neg_risk=True, event="weather")
HAIL = listing("hail", event="weather", delay_ms=3_000)
YES, NO = (outcome.token_id for outcome in RAIN.market.outcomes)
HAIL_YES = HAIL.market.outcomes[0].token_id
SNOW_YES = SNOW.market.outcomes[0].token_id
UNKNOWN_ID = "0x" + "12" * 32


@pytest.fixture
async def server() -> AsyncIterator[LocalExchangeServer]:
    async with serving(RAIN, SNOW, HAIL) as server:
        yield server


@pytest.fixture
async def http(server: LocalExchangeServer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url) as http:
        yield http


@pytest.fixture
async def ann(server: LocalExchangeServer, http: httpx.AsyncClient) -> RestTrader:
    return await RestTrader.open(server, http)


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        ("/book?token_id=abc", 400, "Invalid token id"),
        ("/book?token_id=123", 404, "No orderbook exists for the requested token id"),
        (f"/price?token_id={YES}&side=HOLD", 400, "Invalid side"),
        ("/midpoint?token_id=123", 404, "No orderbook exists for the requested token id"),
        ("/tick-size?token_id=123", 404, "market not found"),
        ("/neg-risk?token_id=123", 404, "market not found"),
        ("/fee-rate?token_id=123", 404, "fee rate not found for market"),
        ("/markets/0x12", 404, "market not found"),
        ("/clob-markets/0x12", 404, "market not found"),
        ("/markets-by-token/123", 404, "market not found"),
        ("/markets/slug/sun", 404, "market not found"),
        ("/markets/77", 404, "market not found"),
        ("/markets?next_cursor=%21", 400, "Invalid payload"),
        ("/markets/keyset?offset=20", 422, "offset is not supported on keyset pages"),
        ("/data/orders", 401, "Unauthorized/Invalid api key"),
        ("/auth/derive-api-key", 401, "Invalid L1 Request headers"),
        ("/nowhere", 404, "not found"),
        ("/books", 405, "method not allowed"),
    ],
)
async def test_reads_that_are_refused(http, path, status, error):
    reply = await http.get(path)
    assert (reply.status_code, reply.json()) == (status, {"error": error})


async def test_a_closed_market_has_no_book_any_more(server, http):
    server.exchange.close_market(RAIN.market.condition_id, winner=0)
    assert (await http.get("/book", params={"token_id": YES})).status_code == 404
    books = await http.post("/books", json=[{"token_id": YES}, {"token_id": SNOW_YES}])
    assert [book["asset_id"] for book in books.json()] == [SNOW_YES]
    market = (await http.get(f"/markets/{RAIN.market.condition_id}")).json()
    assert (market["closed"], market["accepting_orders"]) == (True, False)
    assert [(t["price"], t["winner"]) for t in market["tokens"]] == [(1, True), (0, False)]


async def test_too_many_books_are_refused(http):
    reply = await http.post("/books", json=[{"token_id": YES}] * 501)
    assert (reply.status_code, reply.json()) == (400, {"error": "Payload exceeds the limit"})


async def test_a_placed_order_says_what_is_left_to_spend(ann):
    reply = await ann.place(YES, BUY, 4000, whole(10))
    assert reply.status_code == 200
    assert reply.headers["Poly-RateLimit-Remaining"] == "59"
    assert reply.headers["Poly-RateLimit-Tier"] == "Standard"
    assert reply.json() == {
        "success": True,
        "errorMsg": "",
        "orderID": reply.json()["orderID"],
        "status": "live",
        "makingAmount": "",
        "takingAmount": "",
        "tradeIDs": [],
        "transactionsHashes": [],
    }


async def test_a_refused_order_has_cost_its_token_too(ann):
    reply = await ann.place(YES, BUY, 4000, whole(100_000))
    assert (reply.status_code, reply.headers["Poly-RateLimit-Remaining"]) == (400, "59")


async def test_the_order_id_in_the_reply_is_the_signed_digest(ann):
    order_id, body = ann.order(SNOW_YES, BUY, 4000, whole(10), contract=NEG_RISK_V2)
    assert (await ann.call("POST", "/order", body)).json()["orderID"] == order_id


async def test_too_many_orders_or_cancels_at_once_are_refused(ann):
    body = ann.order(YES, BUY, 4000, whole(10))[1]
    reply = await ann.call("POST", "/orders", [body] * 16)
    text = "Too many orders in payload: 16, max allowed: 15"
    assert (reply.status_code, reply.json()) == (400, {"error": text})
    reply = await ann.call("DELETE", "/orders", [UNKNOWN_ID] * 1_001)
    text = "Too many orders in payload, max allowed: 1000"
    assert (reply.status_code, reply.json()) == (400, {"error": text})


async def test_orders_run_out_of_tokens(ann):
    body = ann.order(YES, BUY, 4000, whole(10))[1]
    replies = [await ann.call("POST", "/orders", [body] * 15) for _ in range(5)]
    assert [reply.status_code for reply in replies] == [200, 200, 200, 200, 429]
    assert replies[-1].json() == {"error": "Too Many Requests"}
    assert replies[-1].headers["Retry-After"] == "1"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "error"),
    [
        ("DELETE", "/order", {"orderID": "12"}, 400, "Invalid orderID"),
        ("DELETE", "/order", {}, 400, "Invalid payload"),
        ("POST", "/orders", [], 400, "Invalid order payload"),
        ("POST", "/order", {"order": 1}, 400, "Invalid order payload"),
        ("DELETE", "/cancel-market-orders", {}, 400, "Invalid payload"),
        ("GET", "/data/order/0x12", None, 404, "order not found"),
        ("GET", "/balance-allowance", None, 400, "Invalid asset type"),
    ],
)
async def test_requests_of_a_trader_that_are_refused(ann, method, path, body, status, error):
    reply = await ann.call(method, path, body)
    assert (reply.status_code, reply.json()) == (status, {"error": error})


async def test_balances_are_of_one_asset_and_one_signature_type(ann):
    asked = {"asset_type": "COLLATERAL", "signature_type": "7"}
    reply = await ann.call("GET", "/balance-allowance", **asked)
    assert reply.json() == {"error": "Invalid signature_type"}
    asked = {"asset_type": "CONDITIONAL-V2", "token_id": YES}
    assert (await ann.call("GET", "/balance-allowance", **asked)).json()["balance"] == "0"
    asked = {"asset_type": "CONDITIONAL", "token_id": "5"}
    reply = await ann.call("GET", "/balance-allowance", **asked)
    assert reply.json() == {"error": "Invalid token id"}


async def test_nobody_cancels_or_sees_the_orders_of_others(server, http, ann):
    bob = await RestTrader.open(server, http, BOB)
    order_id = (await ann.place(YES, BUY, 4000, whole(10))).json()["orderID"]
    reply = await bob.call("DELETE", "/order", {"orderID": order_id})
    missing = "order can't be found - already canceled or matched"
    assert reply.json() == {"canceled": [], "not_canceled": {order_id: missing}}
    assert (await bob.call("DELETE", "/cancel-all")).json()["canceled"] == []
    assert (await bob.call("GET", f"/data/order/{order_id}")).status_code == 404
    assert (await bob.call("GET", "/data/orders")).json()["data"] == []
    assert (await ann.call("GET", "/data/orders")).json()["count"] == 1


async def test_an_order_under_delay_cannot_be_cancelled(ann):
    reply = (await ann.place(HAIL_YES, BUY, 5000, whole(10))).json()
    assert (reply["status"], reply["tradeIDs"]) == ("delayed", [])
    refused = await ann.call("DELETE", "/order", {"orderID": reply["orderID"]})
    assert list(refused.json()["not_canceled"]) == [reply["orderID"]]
    assert (await ann.call("DELETE", "/cancel-all")).json()["canceled"] == []
    details = (await ann.http.get(f"/clob-markets/{HAIL.market.condition_id}")).json()
    assert (details["sd"], "itode" in details) == (3, False)


async def test_cancelling_everything_costs_one_token_and_one_for_each(ann):
    for price in (4000, 4100, 4200):
        await ann.place(YES, BUY, price, whole(10))
    reply = await ann.call("DELETE", "/cancel-all")
    assert len(reply.json()["canceled"]) == 3
    assert reply.headers["Poly-RateLimit-Remaining"] == "116"


async def test_the_older_heartbeat_has_no_ids(ann):
    assert (await ann.call("POST", "/heartbeats", {})).json() == {"status": "ok"}


async def test_discovery_by_pages(http):
    first = (await http.get("/markets/keyset", params={"limit": 2})).json()
    asked = {"limit": 2, "after_cursor": first["next_cursor"]}
    second = (await http.get("/markets/keyset", params=asked)).json()
    assert [m["slug"] for m in first["markets"] + second["markets"]] == ["rain", "snow", "hail"]
    assert "next_cursor" not in second
    events = (await http.get("/events/keyset")).json()["events"]
    assert [(e["slug"], len(e["markets"])) for e in events] == [("rain", 1), ("weather", 2)]


async def test_discovery_by_name_number_and_word(server, http):
    market = (await http.get("/markets/slug/rain")).json()
    assert market["conditionId"] == RAIN.market.condition_id
    assert (await http.get(f"/markets/{market['id']}")).json() == market
    assert (await http.get("/markets", params={"slug": "rain"})).json() == [market]
    event = (await http.get("/events/slug/weather")).json()
    assert [m["slug"] for m in event["markets"]] == ["snow", "hail"]
    found = (await http.get("/public-search", params={"q": "Will SNOW"})).json()
    assert [e["slug"] for e in found["events"]] == ["weather"]
    assert found["pagination"] == {"hasMore": False, "totalResults": 1}
    server.exchange.close_market(RAIN.market.condition_id)
    assert (await http.get("/markets", params={"slug": "rain"})).json() == []
    asked = {"slug": "rain", "closed": "true"}
    assert len((await http.get("/markets", params=asked)).json()) == 1


async def test_the_shared_path_of_markets_serves_the_order_exchange_by_default(http):
    page = (await http.get("/markets")).json()
    assert (page["count"], page["next_cursor"]) == (3, "LTE=")


async def test_public_positions_and_trades(server, http, ann):
    await ann.place(YES, BUY, 5000, whole(20))
    user = {"user": ann.wallet.address}
    position = await settled_position(http, user)
    assert (position["asset"], position["size"], position["avgPrice"]) == (YES, 20, 0.5)
    assert (position["initialValue"], position["oppositeAsset"]) == (10, NO)
    (trade,) = (await http.get("/trades", params=user)).json()
    assert (trade["side"], trade["size"], trade["price"]) == ("BUY", 20, 0.5)
    assert (await http.get("/positions", params={"user": "0x0"})).json() == []


async def settled_position(http: httpx.AsyncClient, user: dict[str, str]) -> dict:
    async with asyncio.timeout(5):
        while not (positions := (await http.get("/positions", params=user)).json()):
            await asyncio.sleep(0.01)
    return positions[0]


async def test_the_ledger_tells_everything_and_remembers_every_request(server, http, ann):
    order_id = (await ann.place(YES, BUY, 4000, whole(10))).json()["orderID"]
    await http.get("/nowhere")
    ledger = (await http.get("/_local/ledger")).json()
    (account,) = ledger["accounts"]
    assert (account["address"], account["api_keys"]) == (ann.wallet.address.lower(), [ann.key])
    assert account["cash"] == {"balance": "1000", "active": "4", "matched": "0", "free": "996"}
    assert ledger["open_orders"] == [order_id]
    (order,) = ledger["orders"]
    assert (order["status"], order["price"], order["reserved"]) == ("LIVE", "0.4", "4")
    requests = [(r["method"], r["path"], r["status"]) for r in ledger["requests"]]
    assert requests == [
        ("POST", "/auth/api-key", 200),
        ("POST", "/order", 200),
        ("GET", "/nowhere", 404),
    ]
    assert all(r["received_ms"] <= server.exchange.now_ms() for r in ledger["requests"])
    assert (await http.get("/_local/ledger")).json()["requests"] == ledger["requests"]
