from __future__ import annotations

import asyncio
import itertools
from decimal import Decimal

import pytest

from polyterm.engine.engine import Engine
from polyterm.models.complaint import RefusedError
from polyterm.models.enums import ChildStatus, OrderStatus
from polyterm.models.events import StopState
from polyterm.models.money import UNIT
from tests.engine.desk import Desk, iceberg, micro, open_desk
from tests.fakes.virtual_time import run_virtual


async def _crash(engine: Engine) -> None:
    """End an engine as a SIGKILL would: nothing is cancelled, nothing more is written."""
    engine.leave_orders_on_exit = True


def test_emergency_stop_with_ten_orders_working_ends_with_none_and_proves_it() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            orders = [await desk.engine.submit_order(micro(size=20)) for _ in range(10)]
            await desk.until(lambda: len(desk.exchange.open_ids()) == 10)
            await desk.engine.emergency_stop()
            assert desk.exchange.open_ids() == []
            stop = desk.engine.health().stop
            assert (stop.state, stop.open_orders) == (StopState.STOPPED_VERIFIED, 0)
            await desk.until(
                lambda: all(
                    desk.engine.order_status(o).status is OrderStatus.CANCELLED for o in orders
                )
            )
            with pytest.raises(RefusedError, match="emergency stop"):
                await desk.engine.submit_order(micro())

    run_virtual(scenario())


def test_nothing_is_sent_after_the_stop_was_asked_for() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            await desk.engine.submit_order(iceberg(size=200, tranche=20))
            await desk.until(lambda: bool(desk.exchange.open_ids()))
            stop = asyncio.create_task(desk.engine.emergency_stop())
            await asyncio.sleep(0)
            in_flight = desk.engine.health().open_children
            before = len(desk.exchange.received)
            await stop
            await asyncio.sleep(120)
            assert len(desk.exchange.received) <= before + in_flight
            assert desk.exchange.open_ids() == []

    run_virtual(scenario())


def test_a_stop_while_the_exchange_is_silent_says_unverified_and_keeps_trying() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            await desk.engine.submit_order(micro())
            await desk.until(lambda: bool(desk.exchange.open_ids()))
            desk.exchange.script.unreachable = True
            stop = asyncio.create_task(desk.engine.emergency_stop())
            await desk.until(lambda: desk.engine.health().stop.state is StopState.STOP_UNVERIFIED)
            assert not stop.done()
            with pytest.raises(RefusedError):
                await desk.engine.rearm()
            desk.exchange.script.unreachable = False
            await stop
            assert desk.exchange.open_ids() == []

    run_virtual(scenario())


def test_the_latch_survives_a_restart_and_rearm_opens_it() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            await desk.engine.emergency_stop()
        async with open_desk(desk.exchange, desk.store) as again:
            with pytest.raises(RefusedError, match="rearm"):
                await again.engine.submit_order(micro())
            await again.engine.rearm()
            await again.engine.submit_order(micro())
            await again.until(lambda: bool(desk.exchange.open_ids()))

    run_virtual(scenario())


LATCHED = [state for state in StopState if state is not StopState.RUNNING]


async def _stop_without_an_engine(desk: Desk, state: StopState) -> None:
    """What a stop does that finds no engine: the latch is written, and the exchange told."""
    desk.store.stop = state
    await desk.exchange.cancel_all()


@pytest.mark.parametrize("state", LATCHED)
@pytest.mark.parametrize("on_restart", ["hold", "resume"])
def test_a_latch_that_is_found_at_the_start_ends_the_orders_for_good(
    state: StopState, on_restart: str
) -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            orders = [await desk.engine.submit_order(micro()) for _ in range(3)]
            await desk.until(lambda: len(desk.exchange.open_ids()) == 3)
            await desk.engine.pause_order(orders[0])
            await desk.until(
                lambda: desk.engine.order_status(orders[0]).status is OrderStatus.PAUSED
            )
            await _crash(desk.engine)
        await _stop_without_an_engine(desk, state)
        before = len(desk.exchange.received)
        async with open_desk(desk.exchange, desk.store, on_restart=on_restart) as again:
            ended = [await again.until_ended(order_id) for order_id in orders]
            assert {(view.status, view.reason) for view in ended} == {
                (OrderStatus.CANCELLED, "emergency stop")
            }
            await again.until(
                lambda: again.engine.health().stop.state is StopState.STOPPED_VERIFIED
            )
            await again.engine.rearm()
            await asyncio.sleep(120)
            assert len(desk.exchange.received) == before

    run_virtual(scenario())


def test_the_wish_is_written_before_the_exchange_is_asked_anything() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro())
            await desk.resting(order_id)
            await _crash(desk.engine)
        desk.store.stop = StopState.STOPPED_VERIFIED
        desk.exchange.script.unreachable = True
        async with open_desk(desk.exchange, desk.store, wait=False) as again:
            assert desk.store.parents[order_id].cancel_reason == "emergency stop"
            await _crash(again.engine)
        desk.store.stop = StopState.RUNNING
        desk.exchange.script.unreachable = False
        async with open_desk(desk.exchange, desk.store, on_restart="resume") as third:
            assert (await third.until_ended(order_id)).status is OrderStatus.CANCELLED

    run_virtual(scenario())


def test_a_latch_whose_orders_cannot_be_written_down_ends_them_all_the_same() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro())
            await desk.resting(order_id)
            await _crash(desk.engine)
        await _stop_without_an_engine(desk, StopState.STOPPED_VERIFIED)
        desk.store.broken = "no room"
        async with open_desk(desk.exchange, desk.store, on_restart="resume") as again:
            assert (await again.until_ended(order_id)).status is OrderStatus.CANCELLED
            desk.store.broken = ""
            await again.until(lambda: desk.store.parents[order_id].status.is_final)

    run_virtual(scenario())


def test_an_order_that_lands_after_the_proof_is_found_and_cancelled_by_the_next_start() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro())
            child_id = await desk.resting(order_id)
            await _crash(desk.engine)
        desk.store.stop = StopState.STOPPED_VERIFIED
        assert desk.exchange.open_ids() == [child_id]
        async with open_desk(desk.exchange, desk.store) as again:
            view = await again.until_ended(order_id)
            assert view.status is OrderStatus.CANCELLED
            assert desk.exchange.open_ids() == []
            await again.until(
                lambda: again.engine.health().stop.state is StopState.STOPPED_VERIFIED
            )

    run_virtual(scenario())


def test_foreign_orders_are_shown_and_ended_by_the_stop_only() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro())
            child_id = await desk.resting(order_id)
            foreign = desk.exchange.orders[child_id]
            by_hand = type(child_id)("0x" + "fe" * 32)
            desk.exchange.orders[by_hand] = type(foreign)(foreign.ticket)
            await asyncio.sleep(10)
            assert by_hand in desk.exchange.open_ids()
            await desk.engine.emergency_stop()
            assert desk.exchange.open_ids() == []

    run_virtual(scenario())


def test_after_a_crash_every_order_and_fill_is_there_and_the_order_is_held() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro(size=50))
            child_id = await desk.resting(order_id)
            desk.exchange.trade(child_id, 20 * UNIT)
            await desk.until(lambda: desk.engine.order_status(order_id).filled == 20 * UNIT)
            await _crash(desk.engine)
        desk.exchange.trade(child_id, 10 * UNIT)
        async with open_desk(desk.exchange, desk.store) as again:
            view = again.engine.order_status(order_id)
            assert (view.status, view.filled) == (OrderStatus.PAUSED, 30 * UNIT)
            assert [child.child_id for child in view.working] == [child_id]
            await again.engine.resume_order(order_id)
            desk.exchange.trade(child_id, 20 * UNIT)
            ended = await again.until_ended(order_id)
            assert (ended.status, ended.filled) == (OrderStatus.COMPLETED, 50 * UNIT)
            assert desk.exchange.filled() == 50 * UNIT

    run_virtual(scenario())


def test_a_child_that_rested_before_a_restart_and_is_gone_is_not_said_never_to_have_landed() -> (
    None
):
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro(size=50))
            child_id = await desk.resting(order_id)
            await _crash(desk.engine)
        del desk.exchange.orders[child_id]
        async with open_desk(desk.exchange, desk.store) as again:
            detail = await again.engine.order_detail(order_id)
            (child,) = detail.children
            assert child.status is ChildStatus.CANCELLED
            assert child.reason.startswith("no longer shown by the exchange")

    run_virtual(scenario())


def test_a_restart_in_the_middle_of_looking_for_it_does_not_forget_that_it_rested() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro(size=50))
            child_id = await desk.resting(order_id)
            await _crash(desk.engine)
        del desk.exchange.orders[child_id]
        async with open_desk(desk.exchange, desk.store, wait=False) as second:
            unknown = lambda: desk.store.children[child_id].status is ChildStatus.UNKNOWN  # noqa: E731
            await second.until(unknown)
            await _crash(second.engine)
        async with open_desk(desk.exchange, desk.store) as third:
            (child,) = (await third.engine.order_detail(order_id)).children
            assert child.status is ChildStatus.CANCELLED

    run_virtual(scenario())


@pytest.mark.parametrize("landed", [True, False])
def test_a_crash_in_mid_send_is_resolved_by_the_id(landed: bool) -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro(size=50))
            child_id = await desk.resting(order_id)
            await _crash(desk.engine)
        desk.store.children[child_id].status = ChildStatus.WRITTEN
        if not landed:
            del desk.exchange.orders[child_id]
        async with open_desk(desk.exchange, desk.store, on_restart="resume") as again:
            assert again.engine.health().unknown == 0
            await again.resting(order_id)
            open_ids = desk.exchange.open_ids()
            assert len(open_ids) == 1
            assert (open_ids == [child_id]) is landed

    run_virtual(scenario())


def test_leaving_the_engine_cancels_by_default() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro())
            await desk.resting(order_id)
        assert desk.exchange.open_ids() == []
        assert desk.store.parents[order_id].status is OrderStatus.CANCELLED

    run_virtual(scenario())


def test_leaving_orders_at_the_exchange_leaves_them_known() -> None:
    async def scenario() -> None:
        async with open_desk(on_exit="leave") as desk:
            order_id = await desk.engine.submit_order(micro())
            child_id = await desk.resting(order_id)
        assert desk.exchange.open_ids() == [child_id]
        async with open_desk(desk.exchange, desk.store, on_restart="resume") as again:
            assert await again.resting(order_id) == child_id

    run_virtual(scenario())


def test_a_cancel_that_a_crash_interrupted_is_finished_by_the_next_start() -> None:
    async def scenario() -> None:
        async with open_desk(on_exit="leave") as desk:
            order_id = await desk.engine.submit_order(micro())
            await desk.resting(order_id)
            desk.exchange.script.unreachable = True
            await desk.engine.cancel_order(order_id)
            await asyncio.sleep(1)
        desk.exchange.script.unreachable = False
        async with open_desk(desk.exchange, desk.store) as again:
            view = await again.until_ended(order_id)
            assert view.status is OrderStatus.CANCELLED
            assert desk.exchange.open_ids() == []

    run_virtual(scenario())


def test_events_are_replayed_from_the_journal_and_then_followed() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro(size=10, deadline_s=Decimal(5)))
            await desk.until_ended(order_id)
            await asyncio.sleep(1)
            last = desk.store.events[-1].seq
            seen: list[int] = []
            async for event in desk.engine.events(after=0):
                seen.append(event.seq)
                if event.seq >= last:
                    break
            assert seen == [event.seq for event in desk.store.events if event.seq <= last]

    run_virtual(scenario())


def test_heartbeats_are_sent_while_healthy_and_end_with_a_stop() -> None:
    async def scenario() -> None:
        async with open_desk(heartbeat=True) as desk:
            await asyncio.sleep(21)
            gaps = [b - a for a, b in itertools.pairwise(desk.exchange.beats)]
            assert len(gaps) >= 4
            assert max(gaps) < 5_000
            await desk.engine.emergency_stop()
            before = len(desk.exchange.beats)
            await asyncio.sleep(20)
            assert len(desk.exchange.beats) == before

    run_virtual(scenario())


def test_no_heartbeat_is_sent_unless_asked_for() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            await asyncio.sleep(20)
            assert desk.exchange.beats == []

    run_virtual(scenario())


def test_an_order_that_waits_for_its_turn_is_not_sent_once_the_stop_has_begun() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            desk.exchange.turn_s = 0.4
            await desk.engine.submit_order(micro())
            await desk.until(lambda: desk.engine.health().open_children == 1)
            await desk.engine.emergency_stop()
            assert desk.exchange.received == []

    run_virtual(scenario())
