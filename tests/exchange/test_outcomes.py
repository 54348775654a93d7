from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from polyterm.engine.ports import CancelReport, Mode, Outcome, SendReport
from polyterm.exchange.outcomes import together
from polyterm.models.ids import ChildId
from tests.exchange.factory import a_client, a_ticket, by_path, sample

OURS = "ours"
"""Stands for the id of the order that is sent."""
GEOBLOCK = (
    "Trading restricted in your region, please refer to available regions - "
    "https://docs.polymarket.com/developers/CLOB/geoblock"
)
BALANCE = (
    "not enough balance / allowance: the balance is not enough -> balance: 100, sum of active "
    "orders: 0, sum of matched orders: 100, order amount (inc. fees): 550"
)
HTML = "<html><head><title>Attention Required! | Cloudflare</title></head></html>"


def reply(**changes: Any) -> dict[str, Any]:
    return {
        "success": True,
        "orderID": OURS,
        "status": "live",
        "makingAmount": "",
        "takingAmount": "",
        "errorMsg": "",
        "tradeIDs": [],
        "transactionsHashes": [],
    } | changes


def no(text: str, **more: Any) -> dict[str, Any]:
    return {"error": text, **more}


SENDS: list[tuple[int, Any, Outcome, Mode]] = [
    # -- accepted --
    (200, reply(), Outcome.ACCEPTED, Mode.NORMAL),
    (200, reply(status="matched", tradeIDs=["t1", "t2"]), Outcome.ACCEPTED, Mode.NORMAL),
    (200, reply(status="delayed", tradeIDs=None), Outcome.ACCEPTED, Mode.NORMAL),
    (200, reply(status="unmatched"), Outcome.ACCEPTED, Mode.NORMAL),
    (200, reply(status="LIVE", errorMsg=None), Outcome.ACCEPTED, Mode.NORMAL),
    (201, reply(), Outcome.ACCEPTED, Mode.NORMAL),
    # -- a success that is none --
    (200, reply(status="mystery"), Outcome.UNKNOWN, Mode.NORMAL),
    (200, reply(status=None), Outcome.UNKNOWN, Mode.NORMAL),
    (200, reply(orderID=""), Outcome.UNKNOWN, Mode.NORMAL),
    (200, reply(orderID="0x" + "00" * 32), Outcome.UNKNOWN, Mode.NORMAL),
    (200, reply(success=False), Outcome.UNKNOWN, Mode.NORMAL),
    (200, reply(orderID="", errorMsg="Insufficient balance"), Outcome.REJECTED, Mode.NORMAL),
    (200, {"success": False, "orderID": None, "errorMsg": "no"}, Outcome.REJECTED, Mode.NORMAL),
    (200, reply(errorMsg="something odd"), Outcome.UNKNOWN, Mode.NORMAL),
    (
        200,
        reply(errorMsg="order couldn't be fully filled. FOK orders are fully filled or killed."),
        Outcome.REJECTED,
        Mode.NORMAL,
    ),
    (
        200,
        reply(orderID="", errorMsg="order 0x1 is invalid. Duplicated."),
        Outcome.LANDED_BEFORE,
        Mode.NORMAL,
    ),
    (200, b'{"success":true,"orderID":"0x12', Outcome.UNKNOWN, Mode.NORMAL),
    (200, HTML, Outcome.UNKNOWN, Mode.NORMAL),
    (200, b"", Outcome.UNKNOWN, Mode.NORMAL),
    (200, b"\xff\xfe", Outcome.UNKNOWN, Mode.NORMAL),
    (200, [], Outcome.UNKNOWN, Mode.NORMAL),
    (200, {}, Outcome.UNKNOWN, Mode.NORMAL),
    (200, reply(tradeIDs="t1"), Outcome.UNKNOWN, Mode.NORMAL),
    (302, HTML, Outcome.UNKNOWN, Mode.NORMAL),
    # -- refused --
    (400, no("Invalid order payload"), Outcome.REJECTED, Mode.NORMAL),
    (
        400,
        no("order 0x1 is invalid. Price (0.555) breaks minimum tick size rule: 0.01"),
        Outcome.REJECTED,
        Mode.NORMAL,
    ),
    (
        400,
        no("order 0x1 is invalid. Size (1) lower than the minimum: 5"),
        Outcome.REJECTED,
        Mode.NORMAL,
    ),
    (400, no(BALANCE), Outcome.REJECTED, Mode.NORMAL),
    (
        400,
        no("invalid post-only order: order crosses book"),
        Outcome.REJECTED,
        Mode.NORMAL,
    ),
    (400, no("order_version_mismatch"), Outcome.REJECTED, Mode.NORMAL),
    (400, no("order 0x1 is invalid. Duplicated."), Outcome.LANDED_BEFORE, Mode.NORMAL),
    (
        400,
        no("no orders found to match with FAK order. FAK orders are partially filled or killed."),
        Outcome.REJECTED,
        Mode.NORMAL,
    ),
    (400, no("order match delayed due to market conditions"), Outcome.UNKNOWN, Mode.NORMAL),
    (400, HTML, Outcome.UNKNOWN, Mode.NORMAL),
    (403, no(GEOBLOCK), Outcome.REJECTED, Mode.NORMAL),
    (403, HTML, Outcome.REJECTED, Mode.NORMAL),
    (404, no("market not found"), Outcome.REJECTED, Mode.NORMAL),
    (408, b"", Outcome.UNKNOWN, Mode.NORMAL),
    (499, b"", Outcome.UNKNOWN, Mode.NORMAL),
    # -- not now --
    (425, b"", Outcome.NOT_ACCEPTED, Mode.RESTARTING),
    (425, no("Service is not ready"), Outcome.NOT_ACCEPTED, Mode.RESTARTING),
    (429, no("Too Many Requests"), Outcome.NOT_ACCEPTED, Mode.THROTTLED),
    (429, HTML, Outcome.NOT_ACCEPTED, Mode.THROTTLED),
    (
        503,
        no(
            "post-only mode: only post-only orders and cancels are allowed",
            code="post_only_mode",
            retry_after_seconds=79,
        ),
        Outcome.NOT_ACCEPTED,
        Mode.POST_ONLY,
    ),
    (
        503,
        no(
            "Trading is currently cancel-only. "
            "New orders are not accepted, but cancels are allowed."
        ),
        Outcome.NOT_ACCEPTED,
        Mode.CANCEL_ONLY,
    ),
    (
        503,
        no("Trading is currently disabled. Check polymarket.com for updates"),
        Outcome.NOT_ACCEPTED,
        Mode.DISABLED,
    ),
    (500, no("order timed out"), Outcome.NOT_ACCEPTED, Mode.NORMAL),
    # -- nobody knows --
    (500, no("Internal server error"), Outcome.UNKNOWN, Mode.NORMAL),
    (500, no("could not run the execution"), Outcome.UNKNOWN, Mode.NORMAL),
    (500, no("could not insert order"), Outcome.UNKNOWN, Mode.NORMAL),
    (500, no("error delaying the order"), Outcome.UNKNOWN, Mode.NORMAL),
    (500, no("FOK orders are filled or killed"), Outcome.REJECTED, Mode.NORMAL),
    (502, HTML, Outcome.UNKNOWN, Mode.NORMAL),
    (503, HTML, Outcome.UNKNOWN, Mode.NORMAL),
    (504, b"", Outcome.UNKNOWN, Mode.NORMAL),
    (520, HTML, Outcome.UNKNOWN, Mode.NORMAL),
]

FAILURES = [
    (httpx.ConnectError("refused"), Outcome.NOT_SENT),
    (httpx.ConnectTimeout("slow"), Outcome.NOT_SENT),
    (httpx.PoolTimeout("all busy"), Outcome.NOT_SENT),
    (httpx.ProxyError("no tunnel"), Outcome.NOT_SENT),
    (httpx.ReadTimeout("no answer"), Outcome.UNKNOWN),
    (httpx.ReadError("reset"), Outcome.UNKNOWN),
    (httpx.WriteError("reset"), Outcome.UNKNOWN),
    (httpx.WriteTimeout("stuck"), Outcome.UNKNOWN),
    (httpx.RemoteProtocolError("Server disconnected without sending a response."), Outcome.UNKNOWN),
    (httpx.DecodingError("not gzip"), Outcome.UNKNOWN),
]


async def send(status: int, content: Any, headers: dict[str, str] | None = None) -> SendReport:
    """Sign an order, send it to an exchange that answers thus, and see what is made of that."""
    posts: list[bytes] = []

    def exchange(request: httpx.Request) -> httpx.Response:
        if request.url.path != "/order":
            return httpx.Response(200, json=1_790_000_000)
        posts.append(request.content)
        return httpx.Response(status, content=body(), headers=headers)

    def body() -> bytes:
        if isinstance(content, bytes | str):
            return content.encode() if isinstance(content, str) else content
        return json.dumps(content).replace(f'"{OURS}"', f'"{order.child_id}"').encode()

    client = a_client(exchange)
    order = await client.sign(a_ticket())
    report = await client.send(order, lambda: True)
    await client.aclose()
    assert posts == [order.body], "the bytes that were signed, once"
    return report


@pytest.mark.parametrize(("status", "content", "outcome", "mode"), SENDS)
async def test_what_an_answer_to_an_order_proves(
    status: int, content: Any, outcome: Outcome, mode: Mode
) -> None:
    report = await send(status, content)
    assert (report.outcome, report.mode) == (outcome, mode)
    assert bool(report.reason) == (outcome is not Outcome.ACCEPTED)


@pytest.mark.parametrize(("error", "outcome"), FAILURES)
async def test_what_a_failed_request_leaves_known(error: Exception, outcome: Outcome) -> None:
    posts = 0

    def exchange(request: httpx.Request) -> httpx.Response:
        nonlocal posts
        posts += 1
        raise error

    client = a_client(exchange)
    order = await client.sign(a_ticket())
    assert (await client.send(order, lambda: True)).outcome is outcome
    assert (await client.cancel([order.child_id])).outcome is outcome
    assert (await client.cancel_all()).outcome is outcome
    assert posts == 3, "nothing is sent twice"


async def test_an_accepted_order_tells_its_status_and_trades() -> None:
    report = await send(200, reply(status="matched", tradeIDs=["t1", "t2"]))
    assert (report.status, report.trade_ids) == ("matched", ("t1", "t2"))


async def test_an_answer_for_another_order_is_an_alarm() -> None:
    report = await send(200, reply(orderID="0x" + "ab" * 32))
    assert report.is_alarming


@pytest.mark.parametrize(
    ("status", "content", "headers", "expected"),
    [
        (425, b"", {"Retry-After": "1"}, 1.0),
        (429, HTML, {"Retry-After": "2.5"}, 2.5),
        (429, HTML, {}, None),
        (429, HTML, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        (503, no("post-only mode", retry_after_seconds=79), {}, 79.0),
        (503, no("post-only mode", retry_after_seconds="soon"), {}, None),
    ],
)
async def test_how_long_to_wait_is_passed_on(
    status: int, content: Any, headers: dict[str, str], expected: float | None
) -> None:
    assert (await send(status, content, headers)).retry_after_s == expected


async def test_reasons_are_readable_and_clean() -> None:
    assert "web page" in (await send(403, HTML)).reason
    assert (await send(400, no("bad\x1b[2Jthing"))).reason == "bad[2Jthing (HTTP 400)"


A, B, C = (ChildId("0x" + digit * 64) for digit in "123")

CANCELS: list[tuple[int, Any, Outcome]] = [
    (200, {"canceled": [A], "not_canceled": {}}, Outcome.ACCEPTED),
    (200, {"canceled": [A], "not_canceled": None}, Outcome.ACCEPTED),
    (200, {"canceled": None, "not_canceled": {A: "already canceled or matched"}}, Outcome.ACCEPTED),
    (200, {"canceled": [], "not_canceled": {}}, Outcome.UNKNOWN),
    (200, {"canceled": [B]}, Outcome.UNKNOWN),
    (200, {}, Outcome.UNKNOWN),
    (200, b'{"canceled":["0x', Outcome.UNKNOWN),
    (200, HTML, Outcome.UNKNOWN),
    (400, no("Invalid orderID"), Outcome.REJECTED),
    (403, HTML, Outcome.REJECTED),
    (425, b"", Outcome.NOT_ACCEPTED),
    (429, no("Too Many Requests"), Outcome.NOT_ACCEPTED),
    (500, no("Internal server error"), Outcome.UNKNOWN),
    (503, no("Trading is currently disabled."), Outcome.NOT_ACCEPTED),
    (502, HTML, Outcome.UNKNOWN),
]


@pytest.mark.parametrize(("status", "content", "outcome"), CANCELS)
async def test_what_an_answer_to_a_cancel_proves(
    status: int, content: Any, outcome: Outcome
) -> None:
    body = content.encode() if isinstance(content, str) else content
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    client = a_client(by_path({"DELETE /order": httpx.Response(status, content=raw)}))
    assert (await client.cancel([A])).outcome is outcome


async def test_recorded_cancels_tell_what_died_and_why_the_rest_did_not() -> None:
    answer = httpx.Response(200, content=sample("http_batch_cancel_response.json"))
    client = a_client(by_path({"DELETE /orders": answer}))
    report = await client.cancel([A, B, C])
    assert report == CancelReport(
        Outcome.ACCEPTED, frozenset({A, B}), {C: "already canceled or matched"}
    )


async def test_everything_is_cancelled_even_where_there_is_nothing() -> None:
    client = a_client(by_path({"DELETE /cancel-all": {"canceled": [], "not_canceled": {}}}))
    assert await client.cancel_all() == CancelReport(Outcome.ACCEPTED)


async def test_many_cancels_go_out_in_parts_and_repeats_once() -> None:
    sizes: list[int] = []

    def exchange(request: httpx.Request) -> httpx.Response:
        ids = json.loads(request.content)
        sizes.append(len(ids))
        return httpx.Response(200, json={"canceled": ids, "not_canceled": {}})

    ids = [ChildId(f"0x{number:064x}") for number in range(90)]
    report = await a_client(exchange).cancel([*ids, *ids])
    assert sizes == [80, 10]
    assert report == CancelReport(Outcome.ACCEPTED, frozenset(ids))


async def test_nothing_to_cancel_asks_nobody() -> None:
    report = await a_client(lambda _: httpx.Response(500)).cancel([])
    assert report == CancelReport(Outcome.ACCEPTED)


def test_parts_together_are_as_uncertain_as_the_worst_of_them() -> None:
    parts = [
        CancelReport(Outcome.ACCEPTED, frozenset({A})),
        CancelReport(Outcome.UNKNOWN, reason="no answer"),
        CancelReport(Outcome.REJECTED, refused={B: "no"}, reason="refused"),
    ]
    assert together(parts) == CancelReport(
        Outcome.UNKNOWN, frozenset({A}), {B: "no"}, "no answer", None
    )
