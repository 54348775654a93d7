from __future__ import annotations

import pytest

from polyterm.models.enums import ChildStatus, OrderStatus, TradeStatus
from polyterm.models.money import UNIT
from tests.engine.desk import micro, open_desk
from tests.engine.in_memory import detail_of
from tests.fakes.exchange import FakeExchange
from tests.fakes.virtual_time import VirtualClock, run_virtual


def test_a_lost_reply_is_adopted_and_nothing_is_sent_again() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            desk.exchange.tells = False
            desk.exchange.script.sends.append("lose")
            order_id = await desk.engine.submit_order(micro())
            child_id = await desk.resting(order_id)
            assert not desk.exchange.script.sends
            assert desk.exchange.received == [child_id]

    run_virtual(scenario())


def test_an_order_that_never_arrived_is_placed_anew_only_after_proof() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            desk.exchange.script.sends.append("drop")
            order_id = await desk.engine.submit_order(micro())
            await desk.until(lambda: desk.engine.health().unknown == 1)
            sent_at = desk.exchange.clock.monotonic()
            await desk.resting(order_id)
            assert desk.exchange.clock.monotonic() - sent_at >= 30
            statuses = [c.status for c in detail_of(desk.engine, order_id).children]
            assert statuses == [ChildStatus.NEVER_LANDED, ChildStatus.LIVE]

    run_virtual(scenario())


def test_a_reply_lost_after_a_full_fill_buys_nothing_twice() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            desk.exchange.tells = False
            desk.exchange.script.sends.append("lose")
            desk.exchange.on_arrival = lambda child_id: None
            order_id = await desk.engine.submit_order(micro(size=40))
            await desk.until(lambda: bool(desk.exchange.orders))
            desk.exchange.trade(next(iter(desk.exchange.orders)), 40 * UNIT)
            view = await desk.until_ended(order_id)
            assert (view.status, view.filled) == (OrderStatus.COMPLETED, 40 * UNIT)
            assert desk.exchange.filled() == 40 * UNIT

    run_virtual(scenario())


def test_duplicated_is_read_as_landed() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            desk.exchange.script.sends.append("again")
            order_id = await desk.engine.submit_order(micro())
            child_id = await desk.resting(order_id)
            assert desk.exchange.open_ids() == [child_id]

    run_virtual(scenario())


def test_repeated_refusals_ask_for_a_decision_instead_of_hammering() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            desk.exchange.script.sends.extend(["refuse"] * 50)
            order_id = await desk.engine.submit_order(micro())
            await desk.until(
                lambda: desk.engine.order_status(order_id).status is OrderStatus.NEEDS_DECISION
            )
            assert len(desk.exchange.script.sends) == 45
            assert "not enough balance" in desk.engine.order_status(order_id).reason

    run_virtual(scenario())


def test_a_busy_exchange_is_waited_for() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            desk.exchange.script.sends.extend(["busy", "busy"])
            order_id = await desk.engine.submit_order(micro())
            await desk.resting(order_id)
            assert not desk.exchange.script.sends

    run_virtual(scenario())


@pytest.mark.parametrize("tells", [True, False])
def test_a_fill_that_crosses_the_cancel_counts(tells: bool) -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro(size=50))
            child_id = await desk.resting(order_id)
            desk.exchange.tells = tells
            await desk.engine.cancel_order(order_id)
            desk.exchange.trade(child_id, 30 * UNIT)
            view = await desk.until_ended(order_id)
            assert (view.status, view.filled) == (OrderStatus.CANCELLED, 30 * UNIT)

    run_virtual(scenario())


def test_a_cancelled_order_that_reads_do_not_show_yet_is_not_taken_for_dead_at_once() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro(size=50))
            await desk.resting(order_id)
            desk.exchange.tells = False
            desk.exchange.script.silent_reads = 2
            await desk.engine.cancel_order(order_id)
            view = await desk.until_ended(order_id)
            assert view.status is OrderStatus.CANCELLED
            assert desk.exchange.open_ids() == []

    run_virtual(scenario())


def test_a_failed_settlement_reverses_the_fill_once_and_asks() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro(size=50))
            child_id = await desk.resting(order_id)
            desk.exchange.trade(child_id, 20 * UNIT)
            trade_id = next(iter(desk.exchange.reports))
            await desk.until(lambda: desk.engine.order_status(order_id).filled == 20 * UNIT)
            desk.exchange.settle(trade_id, TradeStatus.FAILED)
            desk.exchange.settle(trade_id, TradeStatus.FAILED)
            view = desk.engine.order_status(order_id)
            assert (view.status, view.filled) == (OrderStatus.NEEDS_DECISION, 0)
            await desk.until(lambda: desk.exchange.open_ids() == [])
            await desk.engine.resume_order(order_id)
            await desk.resting(order_id)
            assert sum(desk.exchange.orders[i].ticket.size for i in desk.exchange.open_ids()) == (
                50 * UNIT
            )

    run_virtual(scenario())


def test_a_settlement_never_goes_backwards() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro(size=20))
            child_id = await desk.resting(order_id)
            desk.exchange.trade(child_id, 20 * UNIT)
            trade_id = next(iter(desk.exchange.reports))
            for status in (TradeStatus.CONFIRMED, TradeStatus.MINED, TradeStatus.MATCHED):
                desk.exchange.settle(trade_id, status)
            (fill,) = detail_of(desk.engine, order_id).fills
            assert fill.status is TradeStatus.CONFIRMED

    run_virtual(scenario())


def test_nothing_is_sent_that_could_not_be_written_down() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro())
            await desk.resting(order_id)
            desk.exchange.trade(next(iter(desk.exchange.orders)), 20 * UNIT)
            desk.store.broken = "disk full"
            before = len(desk.exchange.received)
            await desk.engine.pause_order(order_id)
            await desk.until(lambda: desk.exchange.open_ids() == [])
            await desk.engine.resume_order(order_id)
            await desk.until(lambda: "disk full" in desk.engine.order_status(order_id).reason)
            assert len(desk.exchange.received) == before
            assert not desk.engine.health().can_trade
            desk.store.broken = ""
            await desk.resting(order_id)
            assert desk.engine.health().can_trade

    run_virtual(scenario())


def test_every_order_was_committed_before_it_arrived() -> None:
    async def scenario() -> None:
        exchange = FakeExchange(VirtualClock())
        async with open_desk(exchange) as desk:
            written: list[bool] = []
            exchange.on_arrival = lambda child_id: written.append(child_id in desk.store.children)
            await desk.engine.submit_order(micro(size=10))
            await desk.until(lambda: bool(written))
            assert all(written)

    run_virtual(scenario())


def test_memory_lets_go_of_signed_bytes_once_they_are_written() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            child_id = await desk.resting(await desk.engine.submit_order(micro()))
            found = desk.engine._register.child(child_id)
            assert found is not None
            assert found[1].record.body == b""
            assert desk.store.children[child_id].body
            kept = desk.store
        async with open_desk(store=kept) as again:
            assert kept.children[child_id].body
            found = again.engine._register.child(child_id)
            assert found is not None
            assert found[1].record.body == b""

    run_virtual(scenario())


def test_a_silent_exchange_holds_the_order_and_it_goes_on_afterwards() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro(size=50))
            child_id = await desk.resting(order_id)
            desk.exchange.script.unreachable = True
            await desk.until(lambda: not desk.engine.health().exchange_up, seconds=10)
            assert not desk.engine.health().can_trade
            desk.exchange.tells = False
            desk.exchange.trade(child_id, 50 * UNIT)
            desk.exchange.script.unreachable = False
            view = await desk.until_ended(order_id)
            assert (view.status, view.filled) == (OrderStatus.COMPLETED, 50 * UNIT)
            assert desk.exchange.filled() == 50 * UNIT

    run_virtual(scenario())
