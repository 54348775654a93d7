"""Scenarios 1 to 16: what may become of an order's sending."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from polyterm.models.enums import ChildStatus, OrderStatus, Urgency
from polyterm.models.money import UNIT
from polyterm.strategies.iceberg_params import IcebergParams
from tests.fakes.trading_floor import listing
from tests.scenarios.scene import CANCEL, NOW, PLACE, RefusedError, Scene, always, tell

LOST_REPLY = {"at": PLACE, "do": "land_then_drop_reply"}
DEAF = {"at": NOW, "do": "ws_mute", "channel": "user", "seconds": 3600}
NEVER_LIVE = (ChildStatus.REJECTED, ChildStatus.UNKNOWN, ChildStatus.NEVER_LANDED)


def test_01_a_lost_reply_is_adopted_by_id_and_nothing_is_sent_again() -> None:
    async def story(scene: Scene) -> None:
        scene.strike(DEAF, LOST_REPLY)
        order_id = await scene.submit()
        await scene.until(lambda: scene.engine.health().unknown == 1)
        await scene.until(lambda: scene.engine.health().unknown == 0, seconds=10)
        child = scene.child(order_id)
        assert child.status is ChildStatus.LIVE
        assert [order.id for order in scene.theirs] == [child.child_id]
        assert scene.asked("POST /order") == 1

    tell(story, "land_then_drop_reply")


def test_02_what_never_landed_frees_its_place_after_proof_and_is_placed_once_more() -> None:
    async def story(scene: Scene) -> None:
        scene.strike({"at": PLACE, "do": "drop_request"})
        order_id = await scene.submit()
        await scene.until(lambda: len(scene.theirs) == 1)
        first, second = scene.detail(order_id).children
        assert first.status is ChildStatus.NEVER_LANDED
        assert second.created_ms - first.created_ms >= 30_000
        assert scene.theirs[0].id == second.child_id
        assert scene.asked("POST /order") == 2

    tell(story, "drop_request")


def test_03_an_order_that_was_filled_before_its_lost_reply_is_counted_and_not_bought_again() -> (
    None
):
    async def story(scene: Scene) -> None:
        scene.strike(DEAF, LOST_REPLY, {"at": PLACE, "do": "fill_all", "when": "after"})
        order = await scene.ended(await scene.submit(20))
        assert order.status is OrderStatus.COMPLETED
        assert order.filled == 20 * UNIT
        assert scene.asked("POST /order") == 1

    tell(story, "land_then_drop_reply", "fill_all", "ws_mute")


@pytest.mark.parametrize("reply", ["first", "second"])
def test_04_the_same_bytes_twice_are_one_order(reply: str) -> None:
    async def story(scene: Scene) -> None:
        scene.strike({"at": PLACE, "do": "duplicate", "reply": reply})
        child = await scene.resting(await scene.submit())
        assert [order.id for order in scene.theirs] == [child.child_id]
        assert scene.asked("POST /order") == 1

    tell(story, "duplicate")


def test_05_what_lands_after_it_was_given_up_is_adopted_and_taken_back() -> None:
    async def story(scene: Scene) -> None:
        scene.strike({"at": PLACE, "do": "delay", "seconds": 50})
        order_id = await scene.submit()
        await scene.until(lambda: len(scene.theirs) == 2)
        first, second = scene.detail(order_id).children
        await scene.until(lambda: [order.id for order in scene.rest] == [second.child_id])
        assert scene.house.exchange.desk.orders[first.child_id].state == "CANCELED"

    tell(story, "delay")


def test_06_in_a_storm_nothing_is_doubled_new_orders_are_held_and_cancels_still_go() -> None:
    async def story(scene: Scene) -> None:
        ids = [await scene.submit(urgency=Urgency.HIGH) for _ in range(3)]
        await scene.resting(ids[-1])
        sent = scene.asked("POST /order")
        scene.strike(
            {"at": {**PLACE, "p": 0.5}, "do": "500_after_land"},
            {"at": {**PLACE, "every": 1, "until": 300}, "do": "5xx", "status": 503},
        )
        for bid in (50, 47, 52, 46) * 15:
            await scene.deeds.move_market(bid, 2)
            await asyncio.sleep(5)
        assert scene.asked("POST /order") - sent < 40
        for order_id in ids:
            await scene.engine.cancel_order(order_id)
        await scene.until(lambda: not scene.rest, seconds=60)

    tell(story, "5xx", "500_after_land")


BODIES: tuple[Any, ...] = (
    {"success": True, "errorMsg": "not enough balance / allowance", "orderID": ""},
    {"success": False, "errorMsg": "the market is not ready", "orderID": ""},
    {"success": False, "errorMsg": "", "orderID": ""},
    {"success": False, "errorMsg": "", "orderID": "", "status": ""},
    {"success": True, "errorMsg": "", "orderID": "", "status": "live"},
    {"success": True, "errorMsg": "", "orderID": "", "status": "marvellous"},
    {"success": True, "errorMsg": "", "status": "live"},
    {"success": True, "errorMsg": "", "orderID": None, "status": "live"},
    {"success": "yes", "errorMsg": 7, "orderID": [], "status": {}},
    {"errorMsg": "unknown"},
    {"error": "could not run the execution"},
    {},
    [],
    "null",
    "",
)


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_07_an_answer_that_names_no_order_of_ours_never_makes_a_child_live(body: Any) -> None:
    async def story(scene: Scene) -> None:
        scene.strike({"at": PLACE, "do": "canned", "body": body})
        order_id = await scene.submit()
        await scene.until(lambda: scene.asked("POST /order") == 1)
        await asyncio.sleep(0.2)
        assert scene.child(order_id, 0).status in NEVER_LIVE
        await scene.engine.cancel_order(order_id)
        assert (await scene.ended(order_id)).filled == 0
        assert scene.theirs == []

    tell(story, "canned")


@pytest.mark.parametrize("kind", ["truncate", "bad_json", "500_after_land"])
def test_08_an_answer_that_cannot_be_read_is_unknown_and_the_order_is_found(kind: str) -> None:
    async def story(scene: Scene) -> None:
        scene.strike(DEAF, {"at": PLACE, "do": kind})
        order_id = await scene.submit()
        await scene.until(lambda: scene.engine.health().unknown == 1)
        child = await scene.resting(order_id)
        assert [order.id for order in scene.theirs] == [child.child_id]

    tell(story, kind)


def test_08_an_answer_for_another_order_stops_the_parent_and_asks() -> None:
    async def story(scene: Scene) -> None:
        scene.strike(DEAF, {"at": PLACE, "do": "wrong_id"})
        order = await scene.asks_a_person(await scene.submit())
        assert "another order" in order.reason
        assert scene.asked("POST /order") == 1

    tell(story, "wrong_id")


def test_09_each_order_of_a_batch_has_its_own_outcome() -> None:
    """Orders are never sent in batches; cancels are, and here one of two was not done."""

    async def story(scene: Scene) -> None:
        ids = [await scene.submit(), await scene.submit()]
        for order_id in ids:
            await scene.resting(order_id)
        mixed = {"canceled": [], "not_canceled": {"{order_id}": "matching engine is busy"}}
        nothing = {"canceled": [], "not_canceled": {}}
        scene.strike(
            {"at": always("DELETE /cancel-all"), "do": "canned", "body": nothing},
            {"at": {"request": "DELETE /orders"}, "do": "canned", "body": mixed},
        )
        await scene.engine.emergency_stop("a test")
        assert scene.rest == []
        assert scene.asked("DELETE /orders") >= 2
        assert scene.asked("POST /orders") == 0

    tell(story, "canned", settles=False)


@pytest.mark.parametrize("then", ["matched", "live", "never"])
def test_10_a_delayed_order_counts_as_no_fill_and_keeps_its_place(then: str) -> None:
    async def story(scene: Scene) -> None:
        order_id = await scene.submit(
            20, params=IcebergParams(tranche_size=Decimal(20)), urgency=Urgency.HIGH
        )
        await scene.until(lambda: any(order.state == "DELAYED" for order in scene.theirs))
        await asyncio.sleep(0.2)
        child = scene.child(order_id)
        assert (child.status, child.matched) == (ChildStatus.DELAYED, 0)
        if then == "live":
            await scene.deeds.move_market(55, 4)
        if then == "never":
            (order,) = [order for order in scene.theirs if order.state == "DELAYED"]
            scene.house.exchange.desk.cancel(order)
        await asyncio.sleep(1)
        assert scene.view(order_id).filled == 0
        await scene.fill()
        await scene.engine.cancel_order(order_id)
        await scene.ended(order_id)

    tell(story, listings=(listing("rain", delay_ms=3_000), listing("snow")))


def test_11_a_restart_is_waited_out_and_until_it_is_over_only_makers_go() -> None:
    async def story(scene: Scene) -> None:
        scene.strike({"at": NOW, "do": "425", "seconds": 90, "post_only_seconds": 120})
        maker = await scene.submit(20)
        taker = await scene.submit(
            20, params=IcebergParams(tranche_size=Decimal(20)), urgency=Urgency.HIGH
        )
        await asyncio.sleep(80)
        assert scene.theirs == []
        assert scene.asked("POST /order") < 20
        await scene.resting(maker)
        await asyncio.sleep(60)
        assert all(order.terms.post_only for order in scene.theirs)
        order = await scene.ended(taker)
        assert order.filled == 20 * UNIT

    tell(story, "425")


@pytest.mark.parametrize(
    ("fault", "least_s"),
    [({"retry_after": 7}, 7.0), ({}, 1.0), ({"html": True}, 1.0)],
    ids=["told how long", "not told", "the gateway's page"],
)
def test_12_a_limit_of_rate_is_waited_for_and_a_cancel_goes_meanwhile(
    fault: dict[str, Any], least_s: float
) -> None:
    async def story(scene: Scene) -> None:
        other = await scene.submit()
        await scene.resting(other)
        start_s = asyncio.get_running_loop().time()
        scene.strike({"at": always("POST /order"), "times": 2, "do": "429", **fault})
        order_id = await scene.submit()
        await scene.engine.cancel_order(other)
        await scene.ended(other)
        await scene.resting(order_id)
        assert asyncio.get_running_loop().time() - start_s >= 2 * least_s
        assert scene.asked("POST /order") == 4

    tell(story, "429")


@pytest.mark.parametrize("seconds", [-30, -5, 5, 30])
def test_13_a_clock_that_differs_is_followed(seconds: int) -> None:
    async def story(scene: Scene) -> None:
        await scene.resting(await scene.submit())
        scene.strike({"at": NOW, "do": "skew", "seconds": seconds})
        second = await scene.resting(await scene.submit())
        assert second.child_id in {order.id for order in scene.rest}
        assert scene.asked("POST /order") <= 4
        scene.house.faults.clock.set_skew(0)

    tell(story, "skew")


def test_14_money_spent_elsewhere_holds_every_order_with_the_reason_and_without_a_loop() -> None:
    async def story(scene: Scene) -> None:
        tranches = IcebergParams(tranche_size=Decimal(20))
        orders = [await scene.submit(60, params=tranches) for _ in range(2)]
        await scene.fill(10)
        await asyncio.sleep(5)
        scene.strike({"at": NOW, "do": "drop_balance", "to": "3"})
        await asyncio.sleep(20)
        sent = scene.asked("POST /order")
        await asyncio.sleep(300)
        assert scene.asked("POST /order") - sent <= 4
        for order_id in orders:
            assert not scene.view(order_id).status.is_final
            assert "is available" in scene.view(order_id).reason

    tell(story, "drop_balance")


@pytest.mark.parametrize("kind", ["close_market", "resolve_market"])
@pytest.mark.parametrize("at", [NOW, PLACE, CANCEL], ids=["at rest", "at POST", "at cancel"])
def test_15_a_market_that_ends_ends_the_order_and_says_so(kind: str, at: dict[str, Any]) -> None:
    async def story(scene: Scene) -> None:
        if at is PLACE:
            scene.strike({"at": at, "do": kind})
        order_id = await scene.submit()
        if at is not PLACE:
            await scene.resting(order_id)
            scene.strike({"at": at, "do": kind, "market": "rain"})
        if at is CANCEL:
            await scene.engine.cancel_order(order_id)
        order = await scene.ended(order_id)
        assert order.status is not OrderStatus.COMPLETED
        assert order.reason
        assert scene.rest == []

    tell(story, kind)


def test_16_a_version_that_does_not_fit_is_refused_before_anything_is_sent() -> None:
    async def story(scene: Scene) -> None:
        with pytest.raises(RefusedError, match="protocol version 'v9'"):
            await scene.submit()
        assert scene.asked("POST /order") == 0

    tell(story, listings=(listing("rain", protocol="v9"), listing("snow")))


def test_16_a_version_that_the_exchange_refuses_asks_a_person_once() -> None:
    async def story(scene: Scene) -> None:
        refusal = {"error": "order_version_mismatch"}
        scene.strike({"at": always("POST /order"), "do": "canned", "status": 400, "body": refusal})
        order = await scene.asks_a_person(await scene.submit())
        await asyncio.sleep(60)
        assert "order_version_mismatch" in order.reason
        assert scene.asked("POST /order") == 1

    tell(story, "canned")
