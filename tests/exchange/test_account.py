from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from polyterm.engine.ports import AnswerError, ExchangeError, UnreachableError
from polyterm.models.ids import ChildId
from polyterm.models.money import UNIT
from tests.exchange.factory import (
    API_KEY,
    NO,
    NOW_MS,
    POSITION,
    YES,
    Handler,
    a_client,
    by_path,
    sample,
)

ORDER = {"id": "0x1", "side": "BUY", "original_size": "5", "price": "0.5", "status": "LIVE"}
TRADE = {
    "id": "t1",
    "taker_order_id": "0x1",
    "asset_id": YES,
    "side": "BUY",
    "size": "5",
    "price": "0.5",
    "status": "MINED",
    "owner": API_KEY,
    "trader_side": "TAKER",
}
CHILD = ChildId("0x" + "1" * 64)


def paged(pages: dict[str, Any], asked: list[dict[str, str]]) -> Handler:
    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(dict(request.url.params))
        return httpx.Response(200, json=pages[request.url.params["next_cursor"]])

    return handle


async def test_open_orders_are_read_to_the_last_page() -> None:
    asked: list[dict[str, str]] = []
    pages = {
        "MA==": {"data": [ORDER, ORDER | {"id": "0x2"}], "next_cursor": "MTAw"},
        "MTAw": {"data": None, "next_cursor": "MjAw"},
        "MjAw": {"data": [ORDER | {"id": "0x3"}], "next_cursor": "LTE="},
    }
    orders = await a_client(paged(pages, asked)).open_orders()
    assert [order.child_id for order in orders] == ["0x1", "0x2", "0x3"]
    assert asked == [{"next_cursor": cursor} for cursor in pages]


async def test_a_recorded_page_of_orders() -> None:
    answer = httpx.Response(200, content=sample("http_open_orders_page.json"))
    first, second = await a_client(by_path({"GET /data/orders": answer})).open_orders()
    assert (first.size, first.matched) == (200 * UNIT, 0)
    assert (second.token_id, second.order_type, second.matched) == (NO, "GTD", 50 * UNIT)


async def test_pages_that_go_round_in_a_circle_are_an_error() -> None:
    pages = {"MA==": {"data": [], "next_cursor": "MA=="}}
    with pytest.raises(UnreachableError, match="circle"):
        await a_client(paged(pages, [])).open_orders()


async def test_an_order_that_cannot_be_read_is_not_left_out() -> None:
    broken = {"data": [ORDER, ORDER | {"side": "HOLD"}], "next_cursor": "LTE="}
    with pytest.raises(UnreachableError, match="/data/orders: not a side"):
        await a_client(by_path({"GET /data/orders": broken})).open_orders()


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, content=b"null"),
        httpx.Response(200, content=b""),
        httpx.Response(200, content=b'""'),
        httpx.Response(200, content=b" {}\n"),
        httpx.Response(404, json={"error": "order not found"}),
    ],
)
async def test_an_order_that_is_not_shown_is_nothing(answer: httpx.Response) -> None:
    client = a_client(by_path({f"GET /data/order/{CHILD}": answer}))
    assert await client.order(CHILD) is None


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(500, json={"error": "boom"}), AnswerError),
        (httpx.Response(400, json={"error": "Invalid orderID"}), AnswerError),
        (httpx.Response(200, content=b'{"id":"0x1"'), UnreachableError),
        (httpx.Response(200, content=b"<html>"), UnreachableError),
    ],
)
async def test_an_order_is_not_taken_for_missing_because_the_answer_is_odd(
    answer: httpx.Response, kind: type[ExchangeError]
) -> None:
    with pytest.raises(kind, match=r"GET http://127.0.0.1:9/data/order/0x1"):
        await a_client(by_path({f"GET /data/order/{CHILD}": answer})).order(CHILD)


async def test_one_order_in_any_status() -> None:
    found = await a_client(
        by_path({f"GET /data/order/{CHILD}": ORDER | {"status": "ORDER_STATUS_MATCHED"}})
    ).order(CHILD)
    assert found is not None
    assert found.status == "MATCHED"


async def test_trades_are_asked_for_with_an_overlap_and_told_oldest_first() -> None:
    asked: list[dict[str, str]] = []
    pages = {
        "MA==": {"data": [TRADE | {"match_time": "200"}], "next_cursor": "Mg=="},
        "Mg==": {
            "data": [
                TRADE | {"id": "t0", "match_time": "100"},
                TRADE | {"id": "alien", "owner": "x"},
            ],
            "next_cursor": "",
        },
    }
    trades = await a_client(paged(pages, asked)).trades(since_ms=NOW_MS)
    assert [trade.trade_id for trade in trades] == ["t0", "t1"]
    assert asked[0]["after"] == str(NOW_MS // 1000 - 10)
    assert "maker_address" not in asked[0]


async def test_a_recorded_page_of_trades() -> None:
    answer = httpx.Response(200, content=sample("http_trades_page.json"))
    (trade,) = await a_client(by_path({"GET /data/trades": answer})).trades(0)
    assert (trade.status, trade.legs[0].size) == ("MINED", 10 * UNIT)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("http_balance_allowance_collateral.json", 1_000 * UNIT),
        ("http_balance_allowance_no_allowance.json", 250_500_000),
    ],
)
async def test_recorded_balances(name: str, expected: int) -> None:
    answer = httpx.Response(200, content=sample(name))
    assert await a_client(by_path({"GET /balance-allowance": answer})).cash() == expected


async def test_a_balance_is_asked_for_in_the_ledger_of_its_protocol() -> None:
    asked: list[dict[str, str]] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(dict(request.url.params))
        return httpx.Response(200, json={"balance": "5000000", "allowances": {}})

    client = a_client(handle)
    assert await client.cash() == await client.holding(YES) == 5 * UNIT
    await client.holding(POSITION)
    assert asked == [
        {"asset_type": "COLLATERAL", "signature_type": "0"},
        {"asset_type": "CONDITIONAL", "token_id": YES, "signature_type": "0"},
        {"asset_type": "CONDITIONAL-V2", "token_id": POSITION, "signature_type": "0"},
    ]


async def test_a_balance_that_is_no_number_is_an_error() -> None:
    with pytest.raises(UnreachableError, match="not a number"):
        await a_client(by_path({"GET /balance-allowance": {"balance": "much"}})).cash()


async def test_a_recorded_book() -> None:
    answer = httpx.Response(200, content=sample("clob_book_response.json"))
    book = await a_client(by_path({"GET /book": answer})).book(YES)
    assert [level.price for level in book.bids] == [4800, 4900, 5000]
    assert book.at_ms == 1_703_875_200_000


async def test_heartbeats_form_a_chain_and_take_up_the_one_that_is_expected() -> None:
    beats: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        beats.append(json.loads(request.content)["heartbeat_id"])
        if len(beats) == 2:
            refusal = {"error_msg": "Invalid Heartbeat ID", "heartbeat_id": "c"}
            return httpx.Response(400, json=refusal)
        return httpx.Response(200, json={"heartbeat_id": "ab"[len(beats) > 2]})

    client = a_client(handle)
    for _ in range(3):
        await client.heartbeat()
    assert beats == ["", "a", "c", "b"]


async def test_a_heartbeat_that_is_not_taken_is_an_error() -> None:
    with pytest.raises(AnswerError, match="/v1/heartbeats"):
        await a_client(lambda _: httpx.Response(500)).heartbeat()
