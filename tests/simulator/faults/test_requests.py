from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from polyterm.simulator.faults.dropped import ConnectionDropped
from tests.simulator.faults.stage import CANCEL, PLACE, YES, in_virtual_time, staged


@pytest.mark.parametrize(
    ("fault", "landed"),
    [
        ({"do": "drop_request"}, 0),
        ({"do": "land_then_drop_reply"}, 1),
        ({"do": "reset"}, 0),
        ({"do": "reset", "when": "after"}, 1),
    ],
)
@in_virtual_time
async def test_a_lost_connection_loses_the_request_or_the_answer(fault, landed):
    async with staged({"at": PLACE, **fault}) as stage:
        with pytest.raises(ConnectionDropped) as caught:
            await stage.place()
        assert caught.value.reset == (fault["do"] == "reset")
        assert len(stage.orders) == landed
        (firing,) = stage.fired
        assert (firing.request, firing.subjects) == ("POST /order", stage.orders)
        assert (await stage.place()).status_code == 200


@pytest.mark.parametrize(
    ("fault", "status", "body", "landed"),
    [
        ({"do": "5xx"}, 502, '{"error":"Bad Gateway"}', 0),
        ({"do": "5xx", "status": 503}, 503, '{"error":"Service Unavailable"}', 0),
        ({"do": "5xx", "status": 522, "html": True}, 522, "<!DOCTYPE html>", 0),
        ({"do": "500_after_land"}, 500, '{"error":"could not run the execution"}', 1),
        ({"do": "429"}, 429, '{"error":"Too Many Requests"}', 0),
        ({"do": "429", "html": True}, 429, "<!DOCTYPE html>", 0),
        ({"do": "401"}, 401, '{"error":"Unauthorized/Invalid api key"}', 0),
        ({"do": "403"}, 403, '{"error":"Trading restricted in your region', 0),
        ({"do": "403", "html": True}, 403, "<!DOCTYPE html>", 0),
        ({"do": "bad_json"}, 200, '{"success": tru', 1),
        ({"do": "truncate"}, 200, '{"success":true,', 1),
        ({"do": "canned", "status": 200, "body": {"a": [1]}}, 200, '{"a":[1]}', 0),
        ({"do": "canned", "status": 418, "body": "tea", "lands": True}, 418, "tea", 1),
    ],
)
@in_virtual_time
async def test_another_answer_than_the_exchanges(fault, status, body, landed):
    async with staged({"at": PLACE, **fault}) as stage:
        reply = await stage.place()
        assert reply.status_code == status
        assert reply.text.startswith(body)
        assert len(stage.orders) == landed
        assert stage.kinds() == [fault["do"]]
        assert (await stage.place()).json()["success"] is True


@in_virtual_time
async def test_a_truncated_body_is_no_json():
    async with staged({"at": PLACE, "do": "truncate"}) as stage:
        text = (await stage.place()).text
        with pytest.raises(json.JSONDecodeError):
            json.loads(text)
        assert stage.kinds() == ["truncate"]


@in_virtual_time
async def test_retry_after_is_told_where_it_is_wanted():
    async with staged(
        {"at": PLACE, "do": "429"}, {"at": {**PLACE, "nth": 2}, "do": "429", "retry_after": 7}
    ) as stage:
        replies = [await stage.place(), await stage.place()]
        assert [reply.headers.get("Retry-After") for reply in replies] == [None, "7"]


@in_virtual_time
async def test_a_wrong_id_is_nobodys():
    async with staged({"at": PLACE, "do": "wrong_id"}) as stage:
        told = (await stage.place()).json()["orderID"]
        (real,) = stage.orders
        assert told != real
        assert len(told) == len(real)
        assert (await stage.read(told)).status_code == 404
        assert stage.kinds() == ["wrong_id"]


@in_virtual_time
async def test_an_answer_without_an_id_cannot_have_a_wrong_one():
    async with staged({"at": {"request": "GET /ok"}, "do": "wrong_id"}) as stage:
        assert (await stage.http.get("/ok")).json() == "OK"
        assert [(f.kind, f.hits) for f in stage.injector.fired] == [("wrong_id", 0)]


@in_virtual_time
async def test_a_canned_answer_names_the_order_of_the_request():
    body = {"canceled": [], "not_canceled": {"{order_id}": "order can't be found"}}
    async with staged({"at": CANCEL, "do": "canned", "body": body}) as stage:
        order_id = await stage.rest()
        reply = (await stage.cancel(order_id)).json()
        assert reply["not_canceled"] == {order_id: "order can't be found"}
        assert stage.exchange.desk.orders[order_id].is_open


@pytest.mark.parametrize("which", ["first", "second"])
@in_virtual_time
async def test_a_duplicate_is_processed_twice_and_is_one_order(which):
    async with staged({"at": PLACE, "do": "duplicate", "reply": which}) as stage:
        reply = await stage.place()
        assert len(stage.orders) == 1
        assert stage.kinds() == ["duplicate"]
        assert ("Duplicated" in reply.text) == (which == "second")


@in_virtual_time
async def test_a_delayed_request_lands_though_its_client_gave_up():
    async with staged({"at": PLACE, "do": "delay", "seconds": 40}) as stage:
        loop = asyncio.get_running_loop()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(10):
                await stage.place()
        assert (stage.orders, stage.kinds(), loop.time()) == ([], ["delay"], 10)
        await asyncio.sleep(29.9)
        assert stage.orders == []
        await asyncio.sleep(0.2)
        assert len(stage.orders) == 1


@in_virtual_time
async def test_a_delayed_answer_comes_late_from_a_request_that_landed_at_once():
    async with staged({"at": PLACE, "do": "delay_reply", "seconds": 5}) as stage:
        waiting = asyncio.create_task(stage.place())
        await asyncio.sleep(1)
        assert (len(stage.orders), waiting.done()) == (1, False)
        assert (await waiting).status_code == 200
        assert asyncio.get_running_loop().time() == 5


@in_virtual_time
async def test_faults_go_around_each_other_in_the_order_of_the_plan():
    async with staged(
        {"at": PLACE, "do": "land_then_drop_reply"}, {"at": PLACE, "do": "delay", "seconds": 3}
    ) as stage:
        with pytest.raises(ConnectionDropped):
            await stage.place()
        assert len(stage.orders) == 1
        assert asyncio.get_running_loop().time() == 3
        assert stage.kinds() == ["land_then_drop_reply", "delay"]


@in_virtual_time
async def test_a_fault_that_another_one_kept_from_happening_did_not_happen():
    async with staged({"at": PLACE, "do": "401"}, {"at": PLACE, "do": "truncate"}) as stage:
        await stage.place()
        assert stage.kinds() == ["401"]
        assert [firing.hits for firing in stage.injector.fired] == [1, 0]


@in_virtual_time
async def test_what_fired_is_told_by_the_ledger_and_by_its_own_route():
    async with staged({"at": PLACE, "do": "500_after_land"}) as stage:
        await stage.place()
        ledger = (await stage.http.get("/_local/ledger")).json()
        shown = (await stage.http.get("/_local/faults")).json()
        assert ledger["faults"] == shown["fired"]
        (firing,) = ledger["faults"]
        assert firing["at_ms"] == stage.exchange.now_ms()
        assert (firing["kind"], firing["hits"], firing["subjects"]) == (
            "500_after_land",
            1,
            stage.orders,
        )
        assert [r["status"] for r in ledger["requests"] if r["path"] == "/order"] == [500]


@in_virtual_time
async def test_a_plan_is_set_added_to_and_ended_while_the_exchange_runs():
    async with staged() as stage:
        storm = {"at": {**PLACE, "every": 1}, "do": "401"}
        shown = await stage.http.post("/_local/faults", json=[storm])
        assert shown.json()["plan"]["faults"] == [{"do": "401", "at": {**PLACE, "every": 1}}]
        more = [{"at": {"request": "GET /book"}, "do": "403"}]
        await stage.http.post("/_local/faults", params={"add": "true"}, json=more)
        book = await stage.http.get("/book", params={"token_id": YES})
        assert [(await stage.place()).status_code, book.status_code] == [401, 403]
        await stage.http.post("/_local/faults", json=[])
        assert (await stage.place()).status_code == 200
        assert [(f.kind, f.fault) for f in stage.fired] == [("403", 1), ("401", 0)]


@in_virtual_time
async def test_a_wrong_plan_is_refused_with_its_field_and_the_old_one_stays():
    async with staged({"at": PLACE, "do": "401"}) as stage:
        wrong = [{"at": PLACE, "do": "delay", "seconds": "soon"}]
        refused = await stage.http.post("/_local/faults", json=wrong)
        assert (refused.status_code, refused.json()) == (
            400,
            {"error": "Expected `float`, got `str` - at `$[0].seconds`"},
        )
        assert (await stage.place()).status_code == 401


@in_virtual_time
async def test_at_the_end_nobody_is_left_waiting():
    async with staged({"at": PLACE, "do": "delay", "seconds": 3600}) as stage:
        waiting = asyncio.create_task(stage.place())
        await asyncio.sleep(1)
        assert stage.kinds() == ["delay"]
    with pytest.raises((ConnectionDropped, httpx.HTTPError)):
        await waiting
    assert stage.orders == []
