"""Scenarios 36 and 37: a grid that changes under resting orders, and floods."""

from __future__ import annotations

import asyncio

import pytest

from polyterm.models.money import UNIT
from tests.scenarios.scene import CANCEL, NOW, PLACE, Scene, tell


@pytest.mark.parametrize("at", [NOW, PLACE, CANCEL], ids=["at rest", "at POST", "at cancel"])
def test_36_after_a_change_of_the_grid_prices_are_on_it_and_nothing_is_refused_twice(
    at: dict[str, object],
) -> None:
    async def story(scene: Scene) -> None:
        if at is not NOW:
            scene.strike({"at": at, "do": "tick_change", "tick": "0.001", "market": "rain"})
        order_id = await scene.submit(20)
        first = await scene.resting(order_id)
        if at is NOW:
            scene.strike({"at": at, "do": "tick_change", "tick": "0.001", "market": "rain"})
        await scene.deeds.move_market(53, 2)
        await scene.until(lambda: scene.child(order_id).child_id != first.child_id)
        finer = await scene.resting(order_id)
        assert finer.price % 10 == 0
        scene.strike({"at": NOW, "do": "tick_change", "tick": "0.01", "market": "rain"})
        await scene.deeds.move_market(56, 2)
        await asyncio.sleep(40)
        coarser = await scene.resting(order_id)
        assert coarser.price % 100 == 0 or coarser.child_id == finer.child_id
        assert scene.judge.refused.total() <= 1

    tell(story, "tick_change")


@pytest.mark.parametrize("channel", ["market", "user"])
def test_37_a_flood_loses_no_fill_and_leaves_the_newest_book(channel: str) -> None:
    async def story(scene: Scene) -> None:
        order_id = await scene.submit(20)
        await scene.resting(order_id)
        scene.strike({"at": NOW, "do": "ws_burst", "channel": channel, "count": 3_000})
        await scene.fill()
        await scene.until(lambda: scene.view(order_id).filled == 20 * UNIT, seconds=5)
        await scene.deeds.move_market(44, 2)
        await asyncio.sleep(2)
        picture = scene.engine.snapshot(scene.house.markets[0].outcomes[0].token_id)
        assert picture is not None
        assert picture.best_bid is not None
        assert picture.best_bid.price == 4_400
        (fill,) = scene.detail(order_id).fills
        assert set(scene.house.archive.filled.values()) == {1}
        assert fill.size == 20 * UNIT

    tell(story, "ws_burst")
