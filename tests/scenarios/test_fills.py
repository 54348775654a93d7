"""Scenarios 24 to 30: fills, their settlement, and what others do with the same key."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from polyterm.models.enums import OrderStatus, Side, TradeStatus, Urgency
from polyterm.models.money import UNIT
from polyterm.simulator.rules import ExchangeRules
from polyterm.strategies.iceberg_params import IcebergParams
from tests.scenarios.scene import NOW, PLACE, RefusedError, Scene, tell

_AT_ONCE = IcebergParams(tranche_size=Decimal(300))


def _held(scene: Scene) -> int:
    return scene.engine.account().held(scene.house.markets[0].outcomes[0].token_id)


@pytest.mark.parametrize(("legs", "lost"), [("all", 3), ("one", 1)])
def test_24_a_match_that_fails_is_reversed_once_and_asks_a_person(legs: str, lost: int) -> None:
    async def story(scene: Scene) -> None:
        scene.strike({"at": NOW, "do": "match_then_fail", "legs": legs})
        cash, market = scene.engine.account().cash, scene.house.markets[0]
        for _ in range(3):
            scene.house.exchange.place_house(market.condition_id, Side.SELL, 4_900, 10 * UNIT)
        await asyncio.sleep(0.2)
        order_id = await scene.submit(30, params=_AT_ONCE, urgency=Urgency.HIGH)
        order = await scene.asks_a_person(order_id)
        assert "failed to settle" in order.reason
        await asyncio.sleep(15)
        fills = scene.detail(order_id).fills
        failed = [fill for fill in fills if fill.status is TradeStatus.FAILED]
        kept = sum(fill.size for fill in fills if fill not in failed)
        assert (len(fills), len(failed)) == (3, lost)
        assert scene.view(order_id).filled == kept == _held(scene)
        if legs == "all":
            assert scene.engine.account().cash == cash
        await scene.engine.cancel_order(order_id)
        await scene.ended(order_id)

    tell(story, "match_then_fail")


@pytest.mark.parametrize("end", ["CONFIRMED", "FAILED"])
def test_25_a_fill_is_provisional_to_the_end_hours_apart(end: str) -> None:
    async def story(scene: Scene) -> None:
        scene.strike({"at": NOW, "do": "retrying", "end": end, "seconds": 3600})
        order_id = await scene.submit(20)
        await scene.resting(order_id)
        await scene.fill()
        await scene.until(lambda: scene.view(order_id).filled == 20 * UNIT)
        await asyncio.sleep(3_700)
        (fill,) = scene.detail(order_id).fills
        assert not fill.status.is_final
        await asyncio.sleep(4_000)
        (fill,) = scene.detail(order_id).fills
        assert fill.status.value == end
        assert scene.view(order_id).filled == (20 * UNIT if end == "CONFIRMED" else 0)
        if end == "FAILED":
            assert scene.view(order_id).status is OrderStatus.NEEDS_DECISION

    tell(story, "retrying")


def test_26_a_trade_told_many_times_and_out_of_order_counts_once() -> None:
    async def story(scene: Scene) -> None:
        scene.strike(
            {"at": NOW, "do": "ws_reorder", "channel": "user", "frames": 4, "seconds": 3},
            {"at": NOW, "do": "ws_dup", "channel": "user", "frames": 50},
            {"at": {**PLACE, "p": 1.0}, "do": "delay_reply", "seconds": 2},
            {"at": {"t": 6}, "do": "ws_drop", "channel": "user"},
        )
        order_id = await scene.submit(300, params=_AT_ONCE, urgency=Urgency.HIGH)
        await asyncio.sleep(30)
        fills = scene.detail(order_id).fills
        assert len({(fill.trade_id, fill.child_id) for fill in fills}) == len(fills) > 1
        told = scene.house.archive.filled
        assert set(told.values()) == {1}
        assert scene.view(order_id).filled == sum(order.matched for order in scene.theirs)

    tell(story, "ws_reorder", "ws_dup", "delay_reply", "ws_drop")


def test_27_fills_of_odd_sizes_balance_to_the_millionth() -> None:
    async def story(scene: Scene) -> None:
        order_id = await scene.submit(20)
        for size in (3_330_000, 10_000, 7_650_000, 8_980_000):
            await scene.resting(order_id)
            (order,) = scene.rest
            condition_id = scene.house.markets[0].condition_id
            scene.house.exchange.place_house(condition_id, Side.SELL, order.book_price, size)
            await asyncio.sleep(15)
        assert len(scene.detail(order_id).fills) >= 4
        traded = sum(order.matched for order in scene.theirs)
        assert scene.view(order_id).filled == traded
        await asyncio.sleep(15)
        assert _held(scene) == traded

    tell(story)


def test_28_what_was_bought_is_sold_only_when_it_has_arrived() -> None:
    async def story(scene: Scene) -> None:
        scene.strike({"at": NOW, "do": "retrying", "end": "CONFIRMED", "seconds": 60})
        await scene.ended(await scene.submit(20, params=_AT_ONCE, urgency=Urgency.HIGH))
        with pytest.raises(RefusedError, match="settled and free to sell"):
            await scene.submit(20, side=Side.SELL)
        sent = scene.asked("POST /order")
        await asyncio.sleep(200)
        assert scene.asked("POST /order") == sent
        order_id = await scene.submit(20, side=Side.SELL, params=_AT_ONCE, urgency=Urgency.HIGH)
        assert (await scene.ended(order_id)).filled == 20 * UNIT
        assert not scene.judge.refused

    tell(story, "retrying")


def test_29_an_order_by_hand_is_shown_reckoned_with_and_left_alone() -> None:
    async def story(scene: Scene) -> None:
        await scene.deeds.trade_by_hand(Side.BUY, 40, 50)
        token_id = scene.house.markets[0].outcomes[0].token_id

        def foreign() -> list[object]:
            picture = scene.engine.snapshot(token_id)
            return [own for own in picture.own if own.order_id is None] if picture else []

        await scene.until(lambda: len(foreign()) == 1)
        with pytest.raises(RefusedError, match=r"\$10\.00 is available"):
            await scene.submit(60)
        order_id = await scene.submit(10)
        await scene.resting(order_id)
        await scene.engine.cancel_order(order_id)
        await scene.ended(order_id)
        assert [order.id for order in scene.rest] == list(scene.house.by_hand)
        await scene.deeds.take(Side.SELL, 2_000)
        assert all(view.filled == 0 for view in scene.engine.list_orders())

    tell(story, rules=ExchangeRules(cash=30 * UNIT))


def test_30_a_balance_that_lags_behind_a_fill_does_not_undo_it() -> None:
    async def story(scene: Scene) -> None:
        scene.strike({"at": NOW, "do": "lag_reads", "seconds": 40})
        await asyncio.sleep(0.1)
        order_id = await scene.submit(20, params=_AT_ONCE, urgency=Urgency.HIGH)
        await scene.ended(order_id)
        for _ in range(35):
            await asyncio.sleep(1)
            assert _held(scene) == 20 * UNIT
            assert scene.view(order_id).filled == 20 * UNIT

    tell(story, "lag_reads")
