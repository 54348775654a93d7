from __future__ import annotations

import asyncio
from typing import Any, cast

import httpx
import pytest

from polyterm.models.enums import Side
from polyterm.simulator.faults.dropped import ConnectionDropped
from tests.fakes.trading_floor import whole
from tests.simulator.faults.stage import (
    CANCEL,
    PLACE,
    READ,
    YES,
    Stage,
    in_virtual_time,
    staged,
)

SOON = {"t": 10}


async def taken(stage: Stage) -> tuple[int, ...]:
    """What a plain order, a post-only order, and a cancel of everything get."""
    replies = (
        await stage.place(),
        await stage.place(post_only=True),
        await stage.ann.call("DELETE", "/cancel-all"),
    )
    return tuple(reply.status_code for reply in replies)


@pytest.mark.parametrize(
    ("fault", "during"),
    [
        ({"do": "post_only_mode", "seconds": 60}, (503, 200, 200)),
        ({"do": "cancel_only", "seconds": 60}, (503, 503, 200)),
        ({"do": "disabled", "seconds": 60}, (503, 503, 503)),
        ({"do": "425", "seconds": 60, "post_only_seconds": 0}, (425, 425, 425)),
    ],
)
@in_virtual_time
async def test_a_mode_refuses_what_it_minds_for_as_long_as_it_lasts(fault, during):
    async with staged({"at": SOON, **fault}) as stage:
        assert await taken(stage) == (200, 200, 200)
        await asyncio.sleep(10.1)
        assert await taken(stage) == during
        assert (await stage.http.get("/ok")).status_code == 200
        await asyncio.sleep(59)
        assert await taken(stage) == during
        await asyncio.sleep(1)
        assert await taken(stage) == (200, 200, 200)
        (firing,) = stage.fired
        assert firing.hits == 2 * sum(status != 200 for status in during)


@in_virtual_time
async def test_after_a_restart_come_two_minutes_of_post_only_mode():
    async with staged({"at": PLACE, "do": "425", "seconds": 90}) as stage:
        first = await stage.place()
        assert (first.status_code, first.headers["Retry-After"]) == (425, "1")
        await asyncio.sleep(91)
        reply = await stage.place()
        assert reply.json() == {
            "error": "post-only mode: only post-only orders and cancels are allowed",
            "code": "post_only_mode",
            "retry_after_seconds": 119,
        }
        assert reply.headers["Retry-After"] == "119"
        assert (await stage.place(post_only=True)).status_code == 200
        await asyncio.sleep(119)
        assert (await stage.place()).status_code == 200


@in_virtual_time
async def test_a_batch_with_one_plain_order_is_refused_in_post_only_mode():
    async with staged({"at": {"t": 0}, "do": "post_only_mode"}) as stage:
        await asyncio.sleep(0.1)
        plain, careful = (
            stage.ann.order(YES, Side.BUY, 4000, whole(10), post_only=post_only)[1]
            for post_only in (False, True)
        )
        assert (await stage.ann.call("POST", "/orders", [careful, plain])).status_code == 503
        assert (await stage.ann.call("POST", "/orders", [careful])).status_code == 200


@in_virtual_time
async def test_a_stalled_exchange_takes_connections_and_answers_when_it_is_back():
    async with staged({"at": PLACE, "do": "stall", "seconds": 30}) as stage:
        waiting = [asyncio.create_task(stage.place())]
        await asyncio.sleep(1)
        waiting.append(asyncio.create_task(stage.http.get("/ok")))
        await asyncio.sleep(28)
        assert not any(task.done() for task in waiting)
        assert stage.orders == []
        replies = await asyncio.gather(*waiting)
        assert [reply.status_code for reply in replies] == [200, 200]
        assert asyncio.get_running_loop().time() == 30
        assert stage.kinds() == ["stall"]


@in_virtual_time
async def test_the_end_of_the_exchange_drops_who_waits_for_a_stall():
    async with staged({"at": {"t": 0}, "do": "disabled", "seconds": 1}) as stage:
        await stage.http.post("/_local/faults", json=[{"at": PLACE, "do": "stall", "seconds": 99}])
        waiting = asyncio.create_task(stage.place())
        await asyncio.sleep(1)
        assert not waiting.done()
    with pytest.raises((ConnectionDropped, httpx.HTTPError)):
        await waiting


@in_virtual_time
async def test_lagging_reads_show_what_was_and_then_catch_up():
    async with staged({"at": CANCEL, "do": "lag_reads", "seconds": 20}) as stage:
        old = await stage.rest()
        assert (await stage.cancel(old)).json()["canceled"] == [old]
        new = await stage.rest(price=4100)
        shown = (await stage.ann.call("GET", "/data/orders")).json()["data"]
        assert [(row["id"], row["status"]) for row in shown] == [(old, "LIVE")]
        assert (await stage.read(new)).status_code == 404
        assert stage.fired[0].hits == 2
        await asyncio.sleep(20)
        assert (await stage.read(old)).json()["status"] == "CANCELED"
        assert (await stage.read(new)).json()["status"] == "LIVE"


@in_virtual_time
async def test_lagging_reads_show_balances_and_trades_of_before():
    async with staged({"at": PLACE, "do": "lag_reads", "seconds": 60}) as stage:
        await stage.place(price=5000)
        await asyncio.sleep(15)
        cash = {"asset_type": "COLLATERAL"}

        async def read() -> tuple[str, int]:
            balance = await stage.ann.call("GET", "/balance-allowance", **cash)
            trades = await stage.ann.call("GET", "/data/trades")
            return balance.json()["balance"], len(trades.json()["data"])

        assert await read() == ("1000000000", 0)
        await asyncio.sleep(46)
        assert await read() == ("995000000", 1)
        assert stage.kinds() == ["lag_reads"]


@in_virtual_time
async def test_a_live_order_may_be_unknown_to_reads():
    fault = {"at": READ, "do": "lag_reads", "seconds": 5, "missing": True}
    async with staged(fault) as stage:
        order_id = await stage.rest()
        assert (await stage.read(order_id)).status_code == 404
        assert stage.exchange.desk.orders[order_id].is_open
        await asyncio.sleep(5)
        assert (await stage.read(order_id)).status_code == 200
        assert stage.fired[0].hits == 1


@pytest.mark.parametrize("skew_s", [-600, 600])
@in_virtual_time
async def test_a_skewed_clock_refuses_who_goes_by_the_right_one(skew_s):
    async with staged({"at": SOON, "do": "skew", "seconds": skew_s}) as stage:
        true_ms = stage.injector.clock.true.now_ms()
        order_id = await stage.rest()
        await asyncio.sleep(11)
        told_s = (await stage.http.get("/time")).json()
        assert told_s == (true_ms + 11_000) // 1000 + skew_s
        assert stage.kinds() == ["skew"]
        stage.ann.server = cast("Any", StoppedWatch(true_ms + 11_000))
        assert (await stage.read(order_id)).status_code == 401


class StoppedWatch:
    """Stands in for the server whose time a trader goes by."""

    def __init__(self, at_ms: int) -> None:
        self.exchange = self
        self.now_ms = lambda: at_ms


@in_virtual_time
async def test_the_clock_is_set_and_stopped_by_its_route():
    async with staged() as stage:
        true_ms = stage.injector.clock.true.now_ms
        shown = await stage.http.post("/_local/clock", json={"skew_s": 30, "freeze": True})
        assert shown.json() == {"now_ms": true_ms() + 30_000, "skew_ms": 30_000, "frozen": True}
        await asyncio.sleep(10)
        shown = await stage.http.get("/_local/clock")
        assert shown.json() == {"now_ms": true_ms() + 20_000, "skew_ms": 20_000, "frozen": True}
        shown = await stage.http.post("/_local/clock", json={"skew_s": 0})
        assert shown.json() == {"now_ms": true_ms(), "skew_ms": 0, "frozen": False}
        refused = await stage.http.post("/_local/clock", json={"skew": 0})
        assert refused.json() == {"error": "Object contains unknown field `skew`"}
