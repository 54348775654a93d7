from __future__ import annotations

from decimal import Decimal

import pytest

from polyterm.engine.face import KeyReusedError, PlanChangedError, UnknownOrderError
from polyterm.models.complaint import RefusedError
from polyterm.models.enums import OrderStatus, Urgency
from polyterm.models.events import OrderChanged
from polyterm.models.ids import OrderId
from polyterm.models.money import UNIT
from polyterm.models.order_change import OrderChange
from tests.engine.desk import Desk, iceberg, kelly, micro, open_desk
from tests.fakes.virtual_time import run_virtual


async def refusals(desk: Desk, order_id: OrderId, change: OrderChange) -> set[str]:
    with pytest.raises(RefusedError) as refused:
        await desk.engine.change_order(order_id, change)
    return {complaint.field for complaint in refused.value.complaints}


def test_a_size_is_raised_and_the_order_fills_all_of_it() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro(size=50))
            desk.exchange.trade(await desk.resting(order_id), 20 * UNIT)
            await desk.engine.change_order(order_id, OrderChange(size=Decimal(80)))
            assert desk.engine.order_status(order_id).size == 80 * UNIT
            while not desk.engine.order_status(order_id).status.is_final:
                desk.exchange.trade(await desk.resting(order_id), 100 * UNIT)
                await desk.until(lambda: not any(desk.exchange.open_ids()))
                await desk.until(
                    lambda: (
                        bool(desk.exchange.open_ids())
                        or desk.engine.order_status(order_id).status.is_final
                    )
                )
            assert desk.exchange.filled() == 80 * UNIT

    run_virtual(scenario())


def test_a_size_never_goes_below_what_is_filled_and_working() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(iceberg(size=100, tranche=20))
            child_id = await desk.resting(order_id)
            working = desk.engine.order_status(order_id).working[0].size // UNIT
            desk.exchange.trade(child_id, 5 * UNIT)
            await desk.until(lambda: desk.engine.order_status(order_id).filled == 5 * UNIT)
            small = OrderChange(size=Decimal(working - 1))
            assert await refusals(desk, order_id, small) == {"size"}
            assert desk.engine.order_status(order_id).size == 100 * UNIT
            await desk.engine.change_order(order_id, OrderChange(size=Decimal(working + 1)))
            desk.exchange.trade(child_id, 100 * UNIT)
            view = await desk.until_ended(order_id)
            assert view.status is OrderStatus.COMPLETED
            assert desk.exchange.filled() <= (working + 1) * UNIT

    run_virtual(scenario())


def test_a_worse_limit_takes_the_child_back_and_rests_within_it() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro(limit="0.50"))
            first = await desk.resting(order_id)
            await desk.engine.change_order(order_id, OrderChange(max_price=Decimal("0.47")))
            await desk.until(lambda: first not in desk.exchange.open_ids())
            second = await desk.resting(order_id)
            assert desk.exchange.orders[second].ticket.price <= 4_700
            assert desk.engine.order_status(order_id).worst_price == 4_700

    run_virtual(scenario())


def test_urgency_and_deadline_change_and_are_facts_that_survive_a_restart() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro())
            await desk.resting(order_id)
            change = OrderChange(urgency=Urgency.HIGH, deadline_s=Decimal(60))
            await desk.engine.change_order(order_id, change)
            facts = [event for event in desk.store.events if isinstance(event, OrderChanged)]
            assert [fact.summary for fact in facts] == [
                "urgency MEDIUM → HIGH, deadline none → in 60 s"
            ]
            view = desk.engine.order_status(order_id)
            assert (view.urgency, view.deadline_ms) == (Urgency.HIGH, facts[0].deadline_ms)
            desk.engine.leave_orders_on_exit = True
        async with open_desk(desk.exchange, desk.store, on_restart="resume") as again:
            view = await again.until_ended(order_id, 120)
            assert view.urgency is Urgency.HIGH
            assert "deadline" in view.reason

    run_virtual(scenario())


def test_each_refusal_names_its_field_and_changes_nothing() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(micro())
            await desk.resting(order_id)
            before = desk.engine.order_status(order_id)
            for change, field in (
                (OrderChange(), ""),
                (OrderChange(max_price=Decimal("0.505")), "max_price"),
                (OrderChange(min_price=Decimal("0.40")), "min_price"),
                (OrderChange(size=Decimal(1_000_000), confirmed=True), "size"),
                (OrderChange(size=Decimal(5_000)), "confirmed"),
            ):
                assert await refusals(desk, order_id, change) == {field}
            after = desk.engine.order_status(order_id)
            assert (after.size, after.worst_price) == (before.size, before.worst_price)
            with pytest.raises(UnknownOrderError):
                await desk.engine.change_order(OrderId("none"), OrderChange(size=Decimal(9)))
            await desk.engine.cancel_order(order_id)
            await desk.until_ended(order_id)
            assert await refusals(desk, order_id, OrderChange(size=Decimal(200))) == {"order_id"}

    run_virtual(scenario())


def test_a_kelly_order_s_size_is_its_cap() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(kelly(size=Decimal(200)))
            await desk.resting(order_id)
            wanted = desk.engine.order_status(order_id).size
            assert await refusals(desk, order_id, OrderChange(size=Decimal(10))) == {"size"}
            await desk.engine.change_order(order_id, OrderChange(size=Decimal(250)))
            assert desk.engine.order_status(order_id).size == wanted

    run_virtual(scenario())


def test_the_key_of_a_changed_order_still_stands_for_it() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            request = micro(client_key="mine")
            order_id = await desk.engine.submit_order(request)
            await desk.engine.change_order(order_id, OrderChange(size=Decimal(120)))
            assert await desk.engine.submit_order(request) == order_id
            with pytest.raises(KeyReusedError):
                await desk.engine.submit_order(iceberg(client_key="mine"))

    run_virtual(scenario())


def test_a_change_is_planned_in_words_and_changes_nothing() -> None:
    async def scenario() -> None:
        async with open_desk(large_order=Decimal(60)) as desk:
            order_id = await desk.engine.submit_order(iceberg(size=100, tranche=20))
            change = OrderChange(size=Decimal(200), max_price=Decimal("0.57"))
            view = await desk.engine.plan_change(order_id, change)
            assert view.moves == ("size 100 → 200", "limit 0.55 → 0.57")
            assert view.risks[:2] == (
                "it may buy 100 shares more",
                "it may pay 0.02 more a share",
            )
            assert "worth up to" in view.risks[2]
            assert (len(view.before.children), len(view.after.children)) == (5, 10)
            assert desk.engine.order_status(order_id).size == 100 * UNIT
            cheaper = await desk.engine.plan_change(order_id, OrderChange(max_price=Decimal("0.5")))
            assert cheaper.risks == ()

    run_virtual(scenario())


def test_a_change_is_taken_only_under_the_plan_that_was_shown() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            order_id = await desk.engine.submit_order(iceberg(size=100, tranche=20))
            limit = OrderChange(max_price=Decimal("0.50"))
            shown = (await desk.engine.plan_change(order_id, limit)).after
            await desk.engine.change_order(order_id, OrderChange(size=Decimal(60)))
            with pytest.raises(PlanChangedError):
                await desk.engine.change_order(order_id, limit, shown)
            assert desk.engine.order_status(order_id).worst_price == 5_500
            shown = (await desk.engine.plan_change(order_id, limit)).after
            await desk.engine.change_order(order_id, limit, shown)
            assert desk.engine.order_status(order_id).worst_price == 5_000

    run_virtual(scenario())


def test_a_limit_that_costs_more_than_there_is_is_refused() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            desk.exchange.balance = 52 * UNIT
            await desk.until(lambda: desk.engine.account().cash == 52 * UNIT)
            order_id = await desk.engine.submit_order(micro(size=100, limit="0.50", post_only=True))
            with pytest.raises(RefusedError, match="is available"):
                await desk.engine.change_order(order_id, OrderChange(max_price=Decimal("0.60")))
            await desk.engine.change_order(order_id, OrderChange(max_price=Decimal("0.45")))

    run_virtual(scenario())
