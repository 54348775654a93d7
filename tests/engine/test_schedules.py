from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from polyterm.models.book import Level
from polyterm.models.enums import OrderStatus, Side
from polyterm.models.ids import OrderId
from polyterm.models.money import UNIT
from polyterm.models.order_request import OrderRequest
from polyterm.models.strategy_params import StrategyParams
from polyterm.strategies.twap import TwapParams
from polyterm.strategies.vwap import VwapParams
from tests.engine.desk import Desk, micro, open_desk
from tests.fakes.exchange import NO, YES
from tests.fakes.virtual_time import run_virtual

SLICED = TwapParams(duration_s=Decimal(600), slices=10)


def buy(params: StrategyParams, size: int = 100, limit: str = "0.55", **more: Any) -> OrderRequest:
    return OrderRequest(
        token_id=YES,
        side=Side.BUY,
        size=Decimal(size),
        max_price=Decimal(limit),
        params=params,
        **more,
    )


def filled(desk: Desk, order_id: OrderId) -> float:
    return desk.engine.order_status(order_id).filled / UNIT


async def pass_time(desk: Desk, seconds: float) -> None:
    until_ms = desk.exchange.clock.now_ms() + seconds * 1000
    await desk.until(lambda: desk.exchange.clock.now_ms() >= until_ms, seconds + 60)


@pytest.mark.parametrize("seed", range(4))
def test_a_twap_fills_slice_by_slice_and_ends_on_time(seed: int) -> None:
    async def scenario() -> None:
        async with open_desk(seed=seed) as desk:
            order_id = await desk.engine.submit_order(buy(SLICED))
            for tenth in range(1, 10):
                await pass_time(desk, 60)
                assert abs(filled(desk, order_id) - 10 * tenth) <= 10
            view = await desk.until_ended(order_id, 120)
            assert (view.status, view.filled) == (OrderStatus.COMPLETED, 100 * UNIT)
            assert view.ended_ms is not None
            assert 500_000 <= view.ended_ms - view.created_ms <= 601_000

    run_virtual(scenario())


def test_a_twap_catches_up_after_its_limit_kept_it_out() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(buy(SLICED, limit="0.52"))
            desk.exchange.set_book([Level(5300, 900 * UNIT)], [Level(5400, 900 * UNIT)])
            await pass_time(desk, 250)
            assert filled(desk, order_id) == 0
            desk.exchange.set_book([Level(4900, 900 * UNIT)], [Level(5100, 900 * UNIT)])
            await pass_time(desk, 60)
            assert filled(desk, order_id) >= 30
            view = await desk.until_ended(order_id, 400)
            assert view.filled == 100 * UNIT

    run_virtual(scenario())


def test_a_twap_goes_on_in_mid_plan_after_a_restart() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(buy(SLICED))
            await pass_time(desk, 290)
            before = filled(desk, order_id)
            desk.engine.leave_orders_on_exit = True
        async with open_desk(desk.exchange, desk.store, on_restart="resume") as again:
            assert filled(again, order_id) == before > 0
            await pass_time(again, 10)
            assert filled(again, order_id) <= 60
            view = await again.until_ended(order_id, 400)
            assert view.filled == 100 * UNIT
            assert view.ended_ms is not None
            assert view.ended_ms - view.created_ms <= 601_000

    run_virtual(scenario())


def test_a_vwap_follows_the_prints_of_both_tokens_and_nothing_else() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            params = VwapParams(participation=Decimal("0.1"), child_size=Decimal(10))
            order_id = await desk.engine.submit_order(buy(params))
            await pass_time(desk, 300)
            assert filled(desk, order_id) == 0
            desk.exchange.show_print(200 * UNIT)
            desk.exchange.show_print(200 * UNIT, token_id=NO)
            await pass_time(desk, 120)
            assert 20 <= filled(desk, order_id) <= 40
            desk.exchange.show_print(600 * UNIT)
            view = await desk.until_ended(order_id, 900)
            assert view.filled == 100 * UNIT

    run_virtual(scenario())


def test_a_vwap_counts_anew_after_a_restart_and_keeps_what_it_has() -> None:
    async def scenario() -> None:
        params = VwapParams(participation=Decimal("0.1"), child_size=Decimal(10))
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(buy(params))
            await pass_time(desk, 5)
            desk.exchange.show_print(500 * UNIT)
            await pass_time(desk, 200)
            before = filled(desk, order_id)
            assert 30 <= before <= 50
            desk.engine.leave_orders_on_exit = True
        async with open_desk(desk.exchange, desk.store, on_restart="resume") as again:
            await pass_time(again, 120)
            assert filled(again, order_id) == before
            again.exchange.show_print(1_000 * UNIT)
            view = await again.until_ended(order_id, 900)
            assert view.filled == 100 * UNIT

    run_virtual(scenario())


def test_a_volume_cap_holds_any_strategy_to_its_part_of_the_market() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro(volume_cap=Decimal("0.1")))
            await pass_time(desk, 30)
            assert desk.exchange.received == []
            assert "volume cap" in desk.engine.order_status(order_id).reason
            desk.exchange.show_print(400 * UNIT)
            child_id = await desk.resting(order_id)
            assert desk.exchange.orders[child_id].ticket.size == 40 * UNIT

    run_virtual(scenario())
