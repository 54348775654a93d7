from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from polyterm.engine.ports import SendReport, SignedOrder
from polyterm.models.complaint import RefusedError
from polyterm.models.enums import OrderStatus
from polyterm.models.events import StopState
from tests.engine.desk import Desk, iceberg, micro, open_desk
from tests.fakes.exchange import FakeExchange
from tests.fakes.outside_stop import MemoryOutsideStop
from tests.fakes.virtual_time import VirtualClock, run_virtual


class _HungAtTheSocket(FakeExchange):
    """The process hangs while an order waits for its turn, and a stop is asked for meanwhile."""

    def __init__(self, outside: MemoryOutsideStop) -> None:
        super().__init__(VirtualClock())
        self.outside = outside
        self.hangs = False
        self.has_hung = False

    async def send(self, order: SignedOrder, may_send: Callable[[], bool]) -> SendReport:
        if self.hangs:
            self.has_hung = True
            self.outside.ask()
        return await super().send(order, may_send)


def _is_verified(desk: Desk) -> bool:
    return desk.engine.health().stop.state is StopState.STOPPED_VERIFIED


def test_an_engine_that_hung_sends_nothing_from_its_first_turn_on() -> None:
    async def scenario() -> None:
        outside = MemoryOutsideStop()
        exchange = _HungAtTheSocket(outside)
        async with open_desk(exchange, outside=outside) as desk:
            exchange.hangs = True
            order_id = await desk.engine.submit_order(micro())
            view = await desk.until_ended(order_id)
            assert exchange.has_hung
            assert (view.status, view.reason) == (OrderStatus.CANCELLED, "emergency stop")
            assert exchange.received == []

    run_virtual(scenario())


def test_a_stop_from_outside_is_begun_at_once_and_proved() -> None:
    async def scenario() -> None:
        outside = MemoryOutsideStop()
        async with open_desk(outside=outside) as desk:
            orders = [await desk.engine.submit_order(iceberg(size=200)) for _ in range(3)]
            await desk.until(lambda: len(desk.exchange.open_ids()) == 3)
            outside.ask()
            assert not desk.engine.health().can_trade
            with pytest.raises(RefusedError, match="emergency stop"):
                await desk.engine.submit_order(micro())
            before = len(desk.exchange.received)
            await desk.until(lambda: _is_verified(desk), seconds=2)
            assert desk.exchange.open_ids() == []
            for order_id in orders:
                assert (await desk.until_ended(order_id)).status is OrderStatus.CANCELLED
            assert len(desk.exchange.received) == before

    run_virtual(scenario())


def test_a_stop_that_was_heard_is_in_the_journal_too() -> None:
    async def scenario() -> None:
        outside = MemoryOutsideStop()
        async with open_desk(outside=outside) as desk:
            outside.ask()
            await desk.until(lambda: desk.store.stop is not StopState.RUNNING, seconds=1)
            await desk.until(lambda: _is_verified(desk))
        async with open_desk(desk.exchange, desk.store) as again:
            assert _is_verified(again)

    run_virtual(scenario())


@pytest.mark.parametrize("state", StopState)
def test_an_engine_that_finds_word_of_a_stop_at_its_start_is_stopped(state: StopState) -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro())
            await desk.resting(order_id)
            desk.engine.leave_orders_on_exit = True
        desk.store.stop = state
        outside = MemoryOutsideStop()
        outside.ask()
        async with open_desk(
            desk.exchange, desk.store, wait=False, outside=outside, on_restart="resume"
        ) as again:
            assert desk.store.stop is StopState.STOPPING
            assert desk.store.parents[order_id].cancel_reason == "emergency stop"
            before = len(desk.exchange.received)
            assert (await again.until_ended(order_id)).status is OrderStatus.CANCELLED
            await again.until(lambda: _is_verified(again))
            assert desk.exchange.open_ids() == []
            assert len(desk.exchange.received) == before

    run_virtual(scenario())


def test_rearm_after_the_proof_takes_the_word_away_and_the_engine_trades() -> None:
    async def scenario() -> None:
        outside = MemoryOutsideStop()
        async with open_desk(outside=outside) as desk:
            outside.ask()
            desk.exchange.script.unreachable = True
            await desk.until(lambda: not desk.engine.health().can_trade)
            with pytest.raises(RefusedError, match="not before the stop is verified"):
                await desk.engine.rearm()
            assert outside.asked()
            desk.exchange.script.unreachable = False
            await desk.until(lambda: _is_verified(desk))
            await desk.engine.rearm()
            assert not outside.asked()
            await desk.until(lambda: desk.engine.health().can_trade)
            await desk.resting(await desk.engine.submit_order(micro()))

    run_virtual(scenario())


def test_a_rearm_that_was_asked_for_before_the_stop_does_not_lift_it() -> None:
    async def scenario() -> None:
        outside = MemoryOutsideStop()
        async with open_desk(outside=outside) as desk:
            await desk.engine.emergency_stop()
            outside.ask()
            with pytest.raises(RefusedError, match="not before the stop is verified"):
                await desk.engine.rearm()
            assert outside.asked()
            await desk.until(lambda: _is_verified(desk))
            await desk.engine.rearm()
            assert desk.engine.health().stop.state is StopState.RUNNING

    run_virtual(scenario())


def test_a_rearm_that_hears_of_a_stop_first_ends_held_orders_too() -> None:
    async def scenario() -> None:
        outside = MemoryOutsideStop()
        async with open_desk(outside=outside) as desk:
            order_id = await desk.engine.submit_order(micro())
            await desk.resting(order_id)
            await desk.engine.pause_order(order_id)
            await desk.until(
                lambda: desk.engine.order_status(order_id).status is OrderStatus.PAUSED
            )
            outside.ask()
            with pytest.raises(RefusedError):
                await desk.engine.rearm()
            assert (await desk.until_ended(order_id)).status is OrderStatus.CANCELLED

    run_virtual(scenario())


def test_a_stop_that_cannot_be_taken_away_is_not_rearmed() -> None:
    async def scenario() -> None:
        outside = MemoryOutsideStop()
        async with open_desk(outside=outside) as desk:
            outside.ask()
            await asyncio.sleep(1)
            await desk.until(lambda: _is_verified(desk))
            outside.stays = True
            with pytest.raises(RefusedError, match="it stays"):
                await desk.engine.rearm()
            assert _is_verified(desk)

    run_virtual(scenario())
