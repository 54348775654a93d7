from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from polyterm.engine.records import Batch, Saved
from polyterm.engine.store import StoreError, TakenOverError
from polyterm.models.complaint import RefusedError
from polyterm.models.enums import OrderStatus
from polyterm.models.events import Noticed, StopState
from polyterm.models.money import UNIT
from tests.engine.desk import Desk, iceberg, micro, open_desk
from tests.fakes.store import MemoryStore
from tests.fakes.virtual_time import run_virtual

FULL = "the disk is full"


class FullForOrders(MemoryStore):
    """Writes everything but orders."""

    has_room = False

    async def commit(self, batches: list[Batch]) -> list[StoreError | None]:
        if not self.has_room and any(batch.parents for batch in batches):
            raise StoreError(FULL)
        return await super().commit(batches)


class RestoredStore(MemoryStore):
    """Has something to say about itself."""

    async def load(self) -> Saved:
        return replace(await super().load(), notice="restored from a backup")


class TakenOverStore(MemoryStore):
    """Fails as a journal does that another polyterm has opened."""

    is_taken_over = False

    async def commit(self, batches: list[Batch]) -> list[StoreError | None]:
        if self.is_taken_over:
            raise TakenOverError("another polyterm took over this journal")
        return await super().commit(batches)


def test_40_fills_are_kept_and_written_once_there_is_room() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro())
            child_id = await desk.resting(order_id)
            desk.store.broken = FULL
            desk.exchange.trade(child_id, 40 * UNIT)
            await desk.until(lambda: desk.engine.order_status(order_id).filled == 40 * UNIT)
            await desk.until(lambda: desk.engine.health().problem == FULL)
            assert desk.store.fills == {}
            desk.store.broken = ""
            await desk.until(lambda: not desk.engine.health().problem)
            assert [fill.size for fill in desk.store.fills.values()] == [40 * UNIT]
            seqs = [event.seq for event in desk.store.events]
            assert seqs == list(range(1, len(seqs) + 1))

    run_virtual(scenario())


def test_40_no_new_order_is_taken_and_no_child_sent_while_nothing_can_be_written() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(iceberg(size=40, tranche=20))
            first = await desk.resting(order_id)
            desk.store.broken = FULL
            desk.exchange.trade(first, 20 * UNIT)
            await desk.until(lambda: desk.engine.health().problem == FULL)
            with pytest.raises(RefusedError, match=FULL):
                await desk.engine.submit_order(micro())
            await asyncio.sleep(30)
            assert desk.exchange.received == [first]
            desk.store.broken = ""
            await desk.until(lambda: len(desk.exchange.received) == 2)

    run_virtual(scenario())


def test_40_an_order_that_cannot_be_written_is_refused_and_never_worked() -> None:
    async def scenario() -> None:
        store = FullForOrders()
        async with open_desk(store=store) as desk:
            with pytest.raises(RefusedError, match="could not be written down"):
                await desk.engine.submit_order(micro())
            store.has_room = True
            await desk.until(lambda: not desk.engine.health().problem)
            await asyncio.sleep(30)
            assert desk.exchange.received == []
            (parent,) = store.parents.values()
            assert parent.status is OrderStatus.FAILED

    run_virtual(scenario())


def test_40_a_stop_cancels_everything_although_it_cannot_be_written() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            await desk.resting(await desk.engine.submit_order(micro()))
            desk.store.broken = FULL
            await desk.engine.emergency_stop()
            assert desk.exchange.open_ids() == []
            assert desk.engine.health().stop.state is StopState.STOPPED_VERIFIED
            assert desk.store.stop is StopState.RUNNING
            desk.store.broken = ""
            await desk.until(lambda: desk.store.stop is StopState.STOPPED_VERIFIED)

    run_virtual(scenario())


def test_an_engine_that_cannot_write_still_ends_and_cancels() -> None:
    async def scenario() -> Desk:
        async with open_desk() as desk:
            await desk.resting(await desk.engine.submit_order(micro()))
            desk.store.broken = FULL
        return desk

    desk = run_virtual(scenario())
    assert desk.exchange.open_ids() == []


def test_42_an_engine_that_was_taken_over_sends_nothing_and_leaves_the_orders_alone() -> None:
    async def scenario() -> None:
        store = TakenOverStore()
        async with open_desk(store=store) as desk:
            order_id = await desk.engine.submit_order(micro(limit="0.60"))
            child_id = await desk.resting(order_id)
            store.is_taken_over = True
            with pytest.raises(RefusedError, match="took over"):
                await desk.engine.submit_order(micro())
            await asyncio.sleep(60)
            assert "took over" in desk.engine.health().problem
        assert (desk.exchange.received, desk.exchange.open_ids()) == ([child_id], [child_id])

    run_virtual(scenario())


def test_what_the_store_has_to_say_about_itself_is_an_alarm() -> None:
    async def scenario() -> None:
        async with open_desk(store=RestoredStore()) as desk:
            (notice,) = [event for event in desk.store.events if isinstance(event, Noticed)]
            assert (notice.text, notice.is_alarm) == ("restored from a backup", True)

    run_virtual(scenario())


def test_every_child_that_arrives_was_written_down_though_the_disk_fills_up_again_and_again() -> (
    None
):
    async def scenario() -> None:
        async with open_desk() as desk:
            arrived: list[bool] = []
            desk.exchange.on_arrival = lambda child_id: arrived.append(
                child_id in desk.store.children
            )
            for _ in range(10):
                await desk.engine.submit_order(micro(size=10))
                desk.store.broken = FULL
                await asyncio.sleep(3)
                desk.store.broken = ""
                await desk.until(lambda: not desk.engine.health().problem)
            await desk.until(lambda: len(arrived) == 10)
            assert all(arrived)

    run_virtual(scenario())
