"""Fault scenarios of `reliability.md` 4 that are the engine's own, each named by its number."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from polyterm.engine.ports import Mode, Outcome, RemoteStatus, SendReport
from polyterm.models.book import Level
from polyterm.models.complaint import RefusedError
from polyterm.models.enums import ChildStatus, OrderStatus, Side, TradeStatus, Urgency
from polyterm.models.events import Noticed, StopChanged, StopState
from polyterm.models.money import UNIT
from tests.engine.desk import Desk, iceberg, micro, open_desk
from tests.engine.in_memory import detail_of
from tests.fakes.exchange import YES
from tests.fakes.virtual_time import run_virtual

Story = Callable[[Desk], Coroutine[Any, Any, None]]


def _tell(story: Story, **settings: Any) -> None:
    async def scenario() -> None:
        async with open_desk(**settings) as desk:
            await story(desk)

    run_virtual(scenario())


def test_05_a_late_landing_is_adopted_and_taken_back() -> None:
    async def story(desk: Desk) -> None:
        desk.exchange.script.sends.append("late")
        order_id = await desk.engine.submit_order(micro(size=50))
        await desk.until(lambda: desk.engine.health().unknown == 1)
        second = await desk.resting(order_id)
        first = detail_of(desk.engine, order_id).children[0]
        assert first.status is ChildStatus.NEVER_LANDED
        await desk.until(lambda: first.child_id in desk.exchange.received)
        await desk.until(lambda: desk.exchange.open_ids() == [second])
        alarms = [e for e in desk.store.events if isinstance(e, Noticed) and e.is_alarm]
        assert "alive after all" in alarms[0].text

    _tell(story)


def test_05_a_late_landing_after_a_verified_stop_takes_the_proof_back_and_is_cancelled() -> None:
    async def story(desk: Desk) -> None:
        desk.exchange.script.sends.append("late")
        await desk.engine.submit_order(micro(size=50))
        await desk.until(lambda: desk.engine.health().unknown == 1)
        await desk.engine.emergency_stop()
        await desk.until(lambda: bool(desk.exchange.received), seconds=60)
        states = [e.state for e in desk.store.events if isinstance(e, StopChanged)]
        await desk.until(lambda: desk.exchange.open_ids() == [], seconds=20)
        await desk.until(
            lambda: desk.engine.health().stop.state is StopState.STOPPED_VERIFIED, seconds=20
        )
        assert states[:2] == [StopState.STOPPING, StopState.STOP_UNVERIFIED]
        later = [e.state for e in desk.store.events if isinstance(e, StopChanged)]
        assert later.count(StopState.STOPPED_VERIFIED) == 2

    _tell(story)


def test_06_a_storm_of_unknown_outcomes_holds_new_orders_and_cancels_still_go() -> None:
    async def story(desk: Desk) -> None:
        resting = await desk.engine.submit_order(micro(size=20))
        await desk.resting(resting)
        desk.exchange.script.sends.extend(["drop"] * 50)
        orders = [await desk.engine.submit_order(micro(size=20)) for _ in range(6)]
        await desk.until(lambda: "in a row" in desk.engine.health().problem)
        await asyncio.sleep(4)
        assert len(desk.exchange.script.sends) >= 40
        await desk.engine.cancel_order(resting)
        await desk.until_ended(resting, seconds=30)
        desk.exchange.script.sends.clear()
        for order_id in orders:
            await desk.until(lambda o=order_id: bool(desk.engine.order_status(o).working), 600)

    _tell(story)


def test_08_an_answer_for_another_order_stops_the_parent_and_asks() -> None:
    async def story(desk: Desk) -> None:
        report = SendReport(Outcome.UNKNOWN, "answered for another order", is_alarming=True)
        desk.exchange.script.sends.append(report)
        order_id = await desk.engine.submit_order(micro())
        await desk.until(
            lambda: desk.engine.order_status(order_id).status is OrderStatus.NEEDS_DECISION
        )
        assert desk.exchange.received == []

    _tell(story)


def test_11_a_restart_is_waited_out_without_hammering_and_makers_resume_as_post_only() -> None:
    async def story(desk: Desk) -> None:
        restarting = SendReport(
            Outcome.NOT_ACCEPTED, "engine restarting", mode=Mode.RESTARTING, retry_after_s=10.0
        )
        post_only = SendReport(
            Outcome.NOT_ACCEPTED, "post-only", mode=Mode.POST_ONLY, retry_after_s=120.0
        )
        desk.exchange.script.sends.extend([restarting, restarting, post_only])
        request = iceberg(size=100, limit="0.55", tranche=20, urgency=Urgency.HIGH)
        order_id = await desk.engine.submit_order(request)
        await desk.until(lambda: "restarting" in desk.engine.order_status(order_id).reason)
        asked_at = desk.exchange.clock.monotonic()
        child_id = await desk.resting(order_id)
        assert desk.exchange.clock.monotonic() - asked_at >= 15
        assert desk.exchange.orders[child_id].ticket.post_only
        assert not desk.exchange.script.sends

    _tell(story)


@pytest.mark.parametrize(
    "text",
    [
        "order_version_mismatch",
        "'0xabc' address in closed only mode",
        "Trading restricted in your region, please refer to available regions",
    ],
)
def test_16_what_repeating_cannot_cure_asks_a_person_at_once(text: str) -> None:
    async def story(desk: Desk) -> None:
        desk.exchange.script.sends.extend([SendReport(Outcome.REJECTED, text)] * 3)
        order_id = await desk.engine.submit_order(micro())
        await desk.until(
            lambda: desk.engine.order_status(order_id).status is OrderStatus.NEEDS_DECISION
        )
        assert len(desk.exchange.script.sends) == 2
        assert text in desk.engine.order_status(order_id).reason

    _tell(story)


def test_14_money_gone_midway_holds_with_the_reason_and_goes_on_when_it_is_back() -> None:
    async def story(desk: Desk) -> None:
        order_id = await desk.engine.submit_order(iceberg(size=60, tranche=20))
        child_id = await desk.resting(order_id)
        desk.exchange.balance = 0
        desk.exchange.trade(child_id, 100 * UNIT)
        await desk.until(lambda: "is available" in desk.engine.order_status(order_id).reason)
        sent = len(desk.exchange.received)
        await asyncio.sleep(60)
        assert len(desk.exchange.received) == sent
        desk.exchange.balance = 1_000 * UNIT
        await desk.resting(order_id)

    _tell(story)


def test_15_a_market_that_closes_ends_the_order_with_the_reason() -> None:
    async def story(desk: Desk) -> None:
        order_id = await desk.engine.submit_order(micro())
        child_id = await desk.resting(order_id)
        desk.exchange.market = replace(desk.exchange.market, accepting_orders=False)
        desk.exchange.orders[child_id].status = RemoteStatus.MARKET_CLOSED
        desk.exchange.script.sends.extend(
            [SendReport(Outcome.REJECTED, "the market is not yet ready to process new orders")] * 9
        )
        view = await desk.until_ended(order_id)
        assert view.status is OrderStatus.FAILED
        assert "does not take orders" in view.reason

    _tell(story)


def test_22_a_resting_order_that_reads_lose_for_a_moment_is_not_given_up() -> None:
    async def story(desk: Desk) -> None:
        order_id = await desk.engine.submit_order(micro())
        child_id = await desk.resting(order_id)
        hidden = desk.exchange.orders.pop(child_id)
        await desk.until(lambda: desk.engine.health().unknown == 1)
        desk.exchange.orders[child_id] = hidden
        await desk.until(lambda: desk.engine.health().unknown == 0)
        assert desk.exchange.open_ids() == [child_id]
        assert desk.exchange.received == [child_id]

    _tell(story)


def test_22_losses_with_sightings_between_them_do_not_add_up_to_a_proof() -> None:
    async def story(desk: Desk) -> None:
        order_id = await desk.engine.submit_order(micro())
        child_id = await desk.resting(order_id)
        for _ in range(5):
            hidden = desk.exchange.orders.pop(child_id)
            await desk.until(lambda: desk.engine.health().unknown == 1)
            desk.exchange.orders[child_id] = hidden
            desk.exchange.tell_order(child_id)
            assert await desk.resting(order_id) == child_id
            await asyncio.sleep(10)
        assert desk.exchange.received == [child_id]

    _tell(story)


def test_25_a_late_failure_after_mined_reverses_the_fill() -> None:
    async def story(desk: Desk) -> None:
        order_id = await desk.engine.submit_order(micro(size=20))
        desk.exchange.trade(await desk.resting(order_id), 20 * UNIT)
        trade_id = next(iter(desk.exchange.reports))
        for status in (TradeStatus.RETRYING, TradeStatus.MINED):
            desk.exchange.settle(trade_id, status)
        view = await desk.until_ended(order_id)
        assert view.unsettled == 20 * UNIT
        await asyncio.sleep(3 * 3600)
        desk.exchange.settle(trade_id, TradeStatus.FAILED)
        view = desk.engine.order_status(order_id)
        assert (view.status, view.filled) == (OrderStatus.NEEDS_DECISION, 0)

    _tell(story)


@pytest.mark.parametrize("units", [49_996_000, 49_999_999])
def test_27_dust_that_is_left_of_the_size_ends_the_order_and_is_counted_as_it_is(
    units: int,
) -> None:
    async def story(desk: Desk) -> None:
        order_id = await desk.engine.submit_order(micro(size=50))
        child_id = await desk.resting(order_id)
        for part in (3_333_333, units - 3_333_333):
            desk.exchange.trade(child_id, part)
        view = await desk.until_ended(order_id)
        assert (view.status, view.filled) == (OrderStatus.COMPLETED, units)
        first, *_ = detail_of(desk.engine, order_id).fills
        assert first.size == 3_333_333
        assert desk.exchange.received == [child_id]

    _tell(story)


def test_28_a_sell_waits_for_what_has_not_settled() -> None:
    async def story(desk: Desk) -> None:
        desk.exchange.shares[YES] = 40 * UNIT
        request = micro(size=40, limit="0.40", side=Side.SELL)
        order_id = await desk.engine.submit_order(request)
        await desk.resting(order_id)
        await desk.engine.pause_order(order_id)
        await desk.until(lambda: not desk.exchange.open_ids())
        desk.exchange.shares[YES] = 10 * UNIT
        await asyncio.sleep(10)
        sent = len(desk.exchange.received)
        await desk.engine.resume_order(order_id)
        await desk.until(lambda: "settle" in desk.engine.order_status(order_id).reason)
        await asyncio.sleep(30)
        assert len(desk.exchange.received) == sent
        desk.exchange.shares[YES] = 40 * UNIT
        await desk.resting(order_id)

    _tell(story)


def test_34_a_one_sided_or_crossed_book_holds_the_order_where_it_is() -> None:
    async def story(desk: Desk) -> None:
        order_id = await desk.engine.submit_order(micro())
        child_id = await desk.resting(order_id)
        for bids, asks in (
            ([], [Level(5100, UNIT)]),
            ([Level(6000, UNIT)], [Level(5900, UNIT)]),
            ([], []),
        ):
            desk.exchange.set_book(bids, asks)
            await asyncio.sleep(20)
            assert desk.exchange.open_ids() == [child_id]
        assert desk.exchange.received == [child_id]

    _tell(story)


def test_36_after_a_tick_change_new_prices_are_on_the_new_grid() -> None:
    async def story(desk: Desk) -> None:
        order_id = await desk.engine.submit_order(micro(limit="0.60"))
        await desk.resting(order_id)
        desk.exchange.market = replace(desk.exchange.market, tick=10)
        desk.exchange.set_book(
            [Level(5_410, 300 * UNIT), Level(5_400, 300 * UNIT)],
            [Level(5_430, 300 * UNIT), Level(5_440, 300 * UNIT)],
        )
        await desk.until(lambda: desk.engine.order_status(order_id).adjustments > 0)
        child_id = await desk.resting(order_id)
        price = desk.exchange.orders[child_id].ticket.price
        assert price % 10 == 0
        assert price > 5_100

    _tell(story)


def test_43_after_a_sleep_nothing_is_sent_before_all_was_compared() -> None:
    async def story(desk: Desk) -> None:
        order_id = await desk.engine.submit_order(micro(size=50))
        child_id = await desk.resting(order_id)
        desk.exchange.tells = False
        desk.exchange.clock.sleep_machine(3_600)
        assert "asleep" in desk.engine.health().problem
        with pytest.raises(RefusedError, match="asleep"):
            await desk.engine.submit_order(micro())
        desk.exchange.trade(child_id, 50 * UNIT)
        view = await desk.until_ended(order_id)
        assert view.filled == 50 * UNIT
        await desk.until(lambda: desk.engine.health().can_trade, seconds=10)

    _tell(story)


def test_two_orders_that_are_signed_at_once_cannot_count_on_the_same_dollar() -> None:
    async def story(desk: Desk) -> None:
        desk.exchange.balance = 60 * UNIT
        desk.exchange.sign_s = 0.05
        await desk.until(lambda: desk.engine.account().cash == 60 * UNIT)
        orders = [await desk.engine.submit_order(micro(size=100, post_only=True)) for _ in range(2)]
        await desk.until(lambda: bool(desk.exchange.open_ids()))
        await asyncio.sleep(10)
        assert len(desk.exchange.received) == 1
        reasons = [desk.engine.order_status(order_id).reason for order_id in orders]
        assert any("is available" in reason for reason in reasons)

    _tell(story)


def test_a_child_taken_for_dead_that_stays_listed_as_open_is_taken_back() -> None:
    async def story(desk: Desk) -> None:
        order_id = await desk.engine.submit_order(micro(size=50))
        child_id = await desk.resting(order_id)
        await desk.engine.cancel_order(order_id)
        await desk.until_ended(order_id)
        desk.exchange.orders[child_id].status = RemoteStatus.LIVE
        await desk.until(lambda: desk.exchange.open_ids() == [], seconds=60)
        alarms = [e for e in desk.store.events if isinstance(e, Noticed) and e.is_alarm]
        assert "alive after all" in alarms[-1].text

    _tell(story)
