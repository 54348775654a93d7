from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from polyterm.models.book import Level
from polyterm.models.complaint import RefusedError
from polyterm.models.enums import ChildStatus, OrderStatus, Side, Urgency
from polyterm.models.events import ChildChanged, Filled, OrderAdjusted
from polyterm.models.ids import OrderId, TokenId
from polyterm.models.money import UNIT
from polyterm.models.order_request import OrderRequest
from polyterm.strategies.micro_price import MicroPriceParams
from tests.engine.desk import Desk, iceberg, kelly, micro, open_desk
from tests.fakes.exchange import YES
from tests.fakes.virtual_time import run_virtual


async def _fill_whatever_rests(desk: Desk, order_id: OrderId) -> None:
    def fill() -> bool:
        for child_id in desk.exchange.open_ids():
            desk.exchange.trade(child_id, 1_000 * UNIT)
        return desk.engine.order_status(order_id).status.is_final

    await desk.until(fill, 3_600)


@pytest.mark.parametrize("seed", range(5))
def test_an_iceberg_trades_exactly_its_size_in_several_tranches(seed: int) -> None:
    async def scenario() -> None:
        async with open_desk(seed=seed) as desk:
            order_id = await desk.engine.submit_order(iceberg(size=100, tranche=20))
            await _fill_whatever_rests(desk, order_id)
            view = desk.engine.order_status(order_id)
            assert (view.status, view.filled) == (OrderStatus.COMPLETED, 100 * UNIT)
            assert desk.exchange.filled() == 100 * UNIT
            assert view.children >= 4

    run_virtual(scenario())


def test_a_micro_price_order_follows_the_market_and_says_why() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro(limit="0.60"))
            first = await desk.resting(order_id)
            desk.exchange.set_book(
                [Level(5400, 300 * UNIT), Level(5300, 500 * UNIT)],
                [Level(5600, 300 * UNIT), Level(5700, 500 * UNIT)],
            )
            await desk.until(lambda: desk.engine.order_status(order_id).adjustments > 0)
            second = await desk.resting(order_id)
            assert first != second
            adjusted = [e for e in desk.store.events if isinstance(e, OrderAdjusted)]
            assert adjusted[0].new_price > adjusted[0].old_price
            assert adjusted[0].reason

    run_virtual(scenario())


def test_a_kelly_order_sizes_itself_and_ends() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(kelly())
            await _fill_whatever_rests(desk, order_id)
            view = desk.engine.order_status(order_id)
            assert view.status is OrderStatus.COMPLETED
            assert view.filled == view.size > 0

    run_virtual(scenario())


def test_a_fill_is_told_once_with_price_fee_and_role() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro(size=50))
            child_id = await desk.resting(order_id)
            desk.exchange.trade(child_id, 20 * UNIT)
            desk.exchange.user_feed(is_up=False)
            desk.exchange.user_feed(is_up=True)
            await desk.until(lambda: desk.engine.order_status(order_id).filled == 20 * UNIT)
            desk.exchange.trade(child_id, 30 * UNIT)
            view = await desk.until_ended(order_id)
            fills = [e for e in desk.store.events if isinstance(e, Filled)]
            assert [fill.size for fill in fills] == [20 * UNIT, 30 * UNIT]
            assert all(fill.is_maker and fill.fee == 0 for fill in fills)
            assert view.average_price == Decimal(fills[0].price) / 10_000

    run_virtual(scenario())


def test_cancel_is_shown_only_when_the_exchange_has_proved_it() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro())
            await desk.resting(order_id)
            await desk.engine.cancel_order(order_id)
            assert desk.engine.order_status(order_id).status is not OrderStatus.CANCELLED
            view = await desk.until_ended(order_id)
            assert view.status is OrderStatus.CANCELLED
            assert desk.exchange.open_ids() == []

    run_virtual(scenario())


def test_pause_takes_the_order_out_of_the_book_and_resume_puts_it_back() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro())
            await desk.resting(order_id)
            await desk.engine.pause_order(order_id)
            await desk.until(
                lambda: desk.engine.order_status(order_id).status is OrderStatus.PAUSED
            )
            assert desk.exchange.open_ids() == []
            await desk.engine.resume_order(order_id)
            assert await desk.resting(order_id) in desk.exchange.open_ids()

    run_virtual(scenario())


def test_what_does_not_fit_the_workers_waits_queued_and_can_be_cancelled_there() -> None:
    async def scenario() -> None:
        async with open_desk(workers=1) as desk:
            first = await desk.engine.submit_order(micro())
            await desk.resting(first)
            second = await desk.engine.submit_order(micro())
            third = await desk.engine.submit_order(micro())
            assert desk.engine.order_status(second).status is OrderStatus.QUEUED
            assert desk.engine.health().queued == 2
            await desk.engine.cancel_order(second)
            await desk.until_ended(second)
            await desk.engine.cancel_order(first)
            assert await desk.resting(third)

    run_virtual(scenario())


def test_an_order_that_waits_for_a_worker_is_paused_there_and_takes_its_turn_again() -> None:
    async def scenario() -> None:
        async with open_desk(workers=1) as desk:
            first = await desk.engine.submit_order(micro())
            await desk.resting(first)
            second = await desk.engine.submit_order(micro())
            await desk.engine.pause_order(second)
            await desk.until(lambda: desk.engine.order_status(second).status is OrderStatus.PAUSED)
            assert desk.engine.health().queued == 0
            await desk.engine.resume_order(second)
            assert desk.engine.order_status(second).status is OrderStatus.QUEUED
            await desk.engine.cancel_order(first)
            assert await desk.resting(second) in desk.exchange.open_ids()

    run_virtual(scenario())


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (micro(limit="0.505"), "max_price"),
        (micro(size=4), "size"),
        (micro(size=5_000, limit="0.51"), "confirmed"),
        (micro(size=50_000, limit="0.51", confirmed=True), "size"),
        (micro(size=10, side=Side.SELL, limit="0.40"), "size"),
        (kelly(probability="0.30"), "probability"),
    ],
)
def test_a_request_that_cannot_work_is_refused_by_field_and_nothing_is_sent(
    request_: OrderRequest, field: str
) -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            with pytest.raises(RefusedError) as refused:
                await desk.engine.submit_order(request_)
            assert field in {complaint.field for complaint in refused.value.complaints}
            assert desk.exchange.received == []
            assert desk.store.parents == {}

    run_virtual(scenario())


def test_an_unknown_token_is_refused() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            request = OrderRequest(
                token_id=TokenId("123"),
                side=Side.BUY,
                size=Decimal(10),
                max_price=Decimal("0.5"),
                params=MicroPriceParams(),
            )
            with pytest.raises(RefusedError, match="token_id"):
                await desk.engine.submit_order(request)

    run_virtual(scenario())


def test_all_reasons_come_at_once() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            desk.exchange.balance = 0
            desk.exchange.set_book([Level(1000, UNIT)], [Level(9000, UNIT)])
            await desk.until(lambda: desk.engine.account().cash == 0)
            with pytest.raises(RefusedError) as refused:
                await desk.engine.submit_order(micro(size=3_000, limit="0.505"))
            assert len(refused.value.complaints) >= 4

    run_virtual(scenario())


def test_a_buy_never_spends_more_than_its_limit_even_when_it_takes() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(
                iceberg(size=60, limit="0.52", tranche=20, urgency=Urgency.HIGH)
            )
            view = await desk.until_ended(order_id)
            assert view.status is OrderStatus.COMPLETED
            assert all(leg.price <= 5200 for r in desk.exchange.reports.values() for leg in r.legs)

    run_virtual(scenario())


def test_a_deadline_ends_the_order_as_it_was_told_to() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro(deadline_s=Decimal(30)))
            view = await desk.until_ended(order_id)
            assert view.status is OrderStatus.CANCELLED
            assert "deadline" in view.reason
            assert desk.exchange.open_ids() == []

    run_virtual(scenario())


def test_the_exchanges_word_for_a_status_is_no_reason_for_it() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro())
            await desk.resting(order_id)
            await desk.engine.cancel_order(order_id)
            await desk.until_ended(order_id)
            told = [e for e in desk.store.events if isinstance(e, ChildChanged)]
            assert all(event.reason != event.status for event in told)
            assert {event.status for event in told} >= {ChildStatus.LIVE, ChildStatus.CANCELLED}

    run_virtual(scenario())


def test_own_orders_are_shown_in_the_book_with_the_queue_ahead() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro(size=50))
            child_id = await desk.resting(order_id)
            snapshot = desk.engine.snapshot(YES)
            assert snapshot is not None
            assert [own.child_id for own in snapshot.own] == [child_id]

    run_virtual(scenario())


def test_the_book_is_shown_while_several_children_have_just_ended() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            ended = [await desk.engine.submit_order(micro(size=10)) for _ in range(3)]
            staying = await desk.engine.submit_order(micro(size=10))
            kept = await desk.resting(staying)
            for order_id in ended:
                await desk.engine.cancel_order(order_id)
                await desk.until_ended(order_id)
            await asyncio.sleep(3)
            snapshot = desk.engine.snapshot(YES)
            assert snapshot is not None
            assert [own.child_id for own in snapshot.own] == [kept]

    run_virtual(scenario())
