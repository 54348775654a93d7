"""Running sums after what a random run does not do."""

from __future__ import annotations

from polyterm.models.enums import OrderStatus, TradeStatus
from polyterm.models.ids import TradeId
from polyterm.models.money import UNIT
from tests.engine.desk import micro, open_desk
from tests.engine.full_sums import check_sums
from tests.fakes.virtual_time import run_virtual


def test_a_reversed_fill_leaves_every_sum():
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro())
            child_id = await desk.resting(order_id)
            desk.exchange.trade(child_id, 40 * UNIT)
            check_sums(desk.engine)
            assert desk.engine.order_status(order_id).paid > 0
            desk.exchange.settle(TradeId("trade-0"), TradeStatus.FAILED)
            check_sums(desk.engine)
            order = desk.engine.order_status(order_id)
            assert (order.status, order.paid) == (OrderStatus.NEEDS_DECISION, 0)

    run_virtual(scenario())


def test_a_thousandfold_look_at_an_order_adds_up_its_children_once():
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro())
            await desk.resting(order_id)
            parent = desk.engine._register.parents[order_id]
            sums = parent.sums
            desk.exchange.set_book(desk.exchange.bids, desk.exchange.asks)
            assert parent.sums is sums

    run_virtual(scenario())
