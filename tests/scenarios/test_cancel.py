"""Scenarios 17 to 23: cancels, and replacing by cancel and proof."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from polyterm.models.enums import ChildStatus, OrderStatus, Urgency
from polyterm.models.money import UNIT
from polyterm.simulator.orders import Ending
from tests.scenarios.scene import CANCEL, NOW, Scene, tell

DEAF = {"at": NOW, "do": "ws_mute", "channel": "user", "seconds": 3600}


@pytest.mark.parametrize("deaf", [False, True], ids=["told", "deaf"])
def test_17_a_fill_wins_over_the_cancel_that_it_crosses(deaf: bool) -> None:
    async def story(scene: Scene) -> None:
        order_id = await scene.submit(20)
        await scene.resting(order_id)
        scene.strike(*[DEAF] * deaf, {"at": CANCEL, "do": "fill_all"})
        await scene.engine.cancel_order(order_id)
        order = await scene.ended(order_id)
        assert (order.filled, scene.child(order_id).status) == (20 * UNIT, ChildStatus.FILLED)
        assert scene.asked("POST /order") == 1

    tell(story, "fill_all")


@pytest.mark.parametrize("part", ["0.01", "0.35", "0.75", "1"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("deaf", [False, True], ids=["told", "deaf"])
def test_18_what_is_left_after_a_crossing_fill_comes_from_proof(
    part: str, when: str, deaf: bool
) -> None:
    async def story(scene: Scene) -> None:
        order_id = await scene.submit(40, urgency=Urgency.HIGH)
        await scene.resting(order_id)
        crossing = {"do": "partial_fill", "part": part, "order": "named", "when": "before"}
        if when == "after":
            crossing |= {"order": "newest"}
        scene.strike(*[DEAF] * deaf, {"at": CANCEL, **crossing})
        for bid in (50, 52):
            await scene.deeds.move_market(bid, 2)
            await asyncio.sleep(8)
        await scene.until(lambda: len(scene.theirs) > 1 or scene.view(order_id).status.is_final)
        await scene.fill()
        await asyncio.sleep(2)
        await scene.fill()
        order = await scene.ended(order_id)
        assert order.filled == 40 * UNIT
        assert sum(order.matched for order in scene.theirs) == 40 * UNIT

    tell(story, "partial_fill")


@pytest.mark.parametrize("kind", ["land_then_drop_reply", "drop_request", "500_after_land"])
def test_19_a_cancel_without_an_answer_keeps_its_place_and_is_repeated(kind: str) -> None:
    async def story(scene: Scene) -> None:
        order_id = await scene.submit(20)
        child = await scene.resting(order_id)
        scene.strike(DEAF, {"at": CANCEL, "do": kind}, {"at": NOW, "do": "stall", "seconds": 2})
        await scene.deeds.move_market(52, 2)
        await scene.until(lambda: scene.child(order_id).child_id != child.child_id)
        first, second = scene.detail(order_id).children
        assert first.status is ChildStatus.CANCELLED
        assert first.ended_ms is not None
        assert second.created_ms >= first.ended_ms
        await scene.resting(order_id)
        assert [order.state for order in scene.theirs] == ["CANCELED", "LIVE"]

    tell(story, kind)


@pytest.mark.parametrize("first", range(0, 60, 20))
def test_20_a_replaced_order_never_buys_more_whatever_fills_late(first: int) -> None:
    async def story(scene: Scene) -> None:
        for seed in range(first, first + 20):
            random = Random(seed)
            order_id = await scene.submit(20, urgency=Urgency.HIGH)
            for _ in range(6):
                scene.strike(
                    {
                        "at": random.choice((CANCEL, {"request": "POST /order"})),
                        "do": "partial_fill",
                        "part": random.choice(("0.1", "0.5", "0.9")),
                        "when": random.choice(("before", "after")),
                        "order": random.choice(("oldest", "newest", "any")),
                    },
                    {"at": NOW, "do": "ws_reorder", "channel": "user", "frames": 3, "seconds": 2},
                )
                await scene.deeds.move_market(random.randrange(44, 54), 2)
                await asyncio.sleep(random.choice((0.05, 1.0, 11.0)))
                await scene.judge.check()
            if not scene.view(order_id).status.is_final:
                await scene.engine.cancel_order(order_id)
            await scene.ended(order_id)

    tell(story, "partial_fill", "ws_reorder")


def test_21_a_price_that_flips_all_the_time_does_not_make_the_order_run_after_it() -> None:
    async def story(scene: Scene) -> None:
        order_id = await scene.submit(20, urgency=Urgency.HIGH)
        await scene.resting(order_id)
        flips = 600
        for flip in range(flips):
            await scene.deeds.move_market(46 if flip % 2 else 49, 2)
            await asyncio.sleep(0.05)
        assert scene.house.exchange.now_ms() > 0
        moves = scene.view(order_id).adjustments
        assert moves <= 10
        assert scene.asked("POST /order") <= moves + 1
        assert scene.asked("DELETE /order") <= 2 * (moves + 1)

    tell(story)


def test_22_an_order_that_reads_do_not_know_for_a_while_is_not_taken_for_cancelled() -> None:
    async def story(scene: Scene) -> None:
        scene.strike(DEAF)
        order_id = await scene.submit(20)
        child = await scene.resting(order_id)
        scene.strike({"at": NOW, "do": "lag_reads", "seconds": 25, "missing": True})
        await scene.until(lambda: scene.engine.health().unknown == 1)
        await scene.until(lambda: scene.engine.health().unknown == 0)
        assert [order.id for order in scene.rest] == [child.child_id]
        assert scene.child(order_id).status is ChildStatus.LIVE
        assert scene.asked("POST /order") == 1

    tell(story, "lag_reads")


@pytest.mark.parametrize("deaf", [False, True], ids=["told", "deaf"])
def test_23_an_order_that_expired_is_seen_as_that_and_placed_anew(deaf: bool) -> None:
    """Orders are GTC here, so an expiry can only be the exchange's own doing: it is no error."""

    async def story(scene: Scene) -> None:
        scene.strike(*[DEAF] * deaf)
        order_id = await scene.submit(20)
        await scene.resting(order_id)
        (theirs,) = scene.theirs
        scene.house.exchange.desk.cancel(theirs, Ending.EXPIRED)
        await scene.until(lambda: len(scene.rest) == 1)
        first, second = scene.detail(order_id).children
        assert first.status is ChildStatus.EXPIRED
        assert second.size == first.size
        assert scene.view(order_id).status is OrderStatus.ACTIVE

    tell(story)
