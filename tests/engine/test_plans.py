from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from polyterm.engine.face import PlanChangedError
from polyterm.models.book import Level
from polyterm.models.complaint import RefusedError
from polyterm.models.events import OrderAccepted, OrderChanged
from polyterm.models.money import UNIT
from polyterm.models.order_change import OrderChange
from polyterm.strategies.twap import TwapParams
from tests.engine.desk import iceberg, kelly, micro, open_desk
from tests.fakes.virtual_time import run_virtual


def test_a_plan_that_had_to_change_is_shown_before_and_written_down_after() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            request = iceberg(size=100, tranche=2)
            plan = await desk.engine.plan_order(request)
            change = "tranches of 5 shares instead of 2: smaller ones cannot be sent"
            assert plan.changes == (change,)
            assert (len(plan.children), plan.size) == (20, 100 * UNIT)
            assert desk.store.parents == {}
            order_id = await desk.engine.submit_order(request)
            child_id = await desk.resting(order_id)
            assert desk.exchange.orders[child_id].ticket.size >= 5 * UNIT
            (fact,) = [e for e in desk.store.events if isinstance(e, OrderAccepted)]
            assert fact.summary.endswith(change)

    run_virtual(scenario())


def test_an_order_is_accepted_only_under_the_plan_that_was_shown() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            request = iceberg(size=100, tranche=20)
            shown = await desk.engine.plan_order(request)
            desk.exchange.market = replace(desk.exchange.market, min_size=30 * UNIT)
            await desk.engine.watch_market(desk.exchange.market)
            await desk.engine._desk.refresh_market(request.token_id)
            with pytest.raises(PlanChangedError, match="no longer the one that was shown"):
                await desk.engine.submit_order(request, shown)
            assert desk.store.parents == {}
            shown = await desk.engine.plan_order(request)
            assert shown.changes
            await desk.engine.submit_order(request, shown)
            assert len(desk.store.parents) == 1

    run_virtual(scenario())


def test_a_plan_names_its_limit_and_its_worst_cost_with_fees() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            plan = await desk.engine.plan_order(iceberg(size=100, limit="0.55"))
            assert (plan.limit, plan.total // 10_000) == (5_500, 5_600)
            quiet = await desk.engine.plan_order(iceberg(size=100, post_only=True))
            assert quiet.total == 55 * UNIT

    run_virtual(scenario())


def test_a_plan_of_kelly_has_the_size_it_would_want_now() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            plan = await desk.engine.plan_order(kelly())
            order_id = await desk.engine.submit_order(kelly())
            await desk.resting(order_id)
            assert plan.size == desk.engine.order_status(order_id).size
            with pytest.raises(RefusedError, match="probability"):
                await desk.engine.plan_order(kelly(probability="0.30"))

    run_virtual(scenario())


def test_what_a_change_makes_of_the_plan_is_shown_before_and_written_down_after() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            sliced = TwapParams(duration_s=Decimal(600), slices=10)
            request = micro(size=100).model_copy(update={"params": sliced})
            order_id = await desk.engine.submit_order(request)
            change = OrderChange(deadline_s=Decimal(60), size=Decimal(30))
            seen = await desk.engine.plan_change(order_id, change)
            assert [len(seen.after.children), seen.after.size] == [6, 30 * UNIT]
            assert seen.after.changes[0].startswith("over 60 s instead of 600")
            assert seen.after.changes[1].startswith("6 slices instead of 10")
            assert desk.engine.order_status(order_id).size == 100 * UNIT
            await desk.engine.change_order(order_id, change)
            assert desk.engine.order_status(order_id).size == 30 * UNIT
            (fact,) = [e for e in desk.store.events if isinstance(e, OrderChanged)]
            assert "; over 60 s instead of 600" in fact.summary
            with pytest.raises(RefusedError, match="size"):
                await desk.engine.plan_change(order_id, OrderChange(size=Decimal(2)))

    run_virtual(scenario())


def test_the_leak_meter_counts_who_steps_ahead_of_a_tranche_just_shown() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(iceberg())
            child_id = await desk.resting(order_id)
            price = desk.exchange.orders[child_id].ticket.price
            better = [Level(price + 50, 300 * UNIT), *desk.exchange.bids]
            desk.exchange.set_book(better, desk.exchange.asks)
            await desk.until(
                lambda: "stepped ahead of 1 of 1" in desk.engine.order_status(order_id).reason
            )

    run_virtual(scenario())
