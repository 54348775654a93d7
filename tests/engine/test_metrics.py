from __future__ import annotations

from decimal import Decimal

import pytest

from polyterm.engine.gauges import Profit, profit_of
from polyterm.engine.metrics import Counter, Family, Histogram
from polyterm.engine.ports import UnreachableError
from polyterm.engine.records import TokenTotals
from polyterm.models.ids import OrderId
from polyterm.models.money import UNIT
from polyterm.models.order_request import OrderRequest
from polyterm.models.views import OrderView
from tests.engine.desk import Desk, micro, open_desk
from tests.fakes.exchange import YES, a_market
from tests.fakes.pictures import order_view
from tests.fakes.virtual_time import run_virtual


def _samples(families: tuple[Family, ...]) -> dict[str, Decimal]:
    """Every sample by its name and labels, as a scraper would see it."""
    return {
        " ".join((family.name + sample.suffix, *(value for _, value in sample.labels))): Decimal(
            str(sample.value)
        )
        for family in families
        for sample in family.samples
    }


def test_a_counter_adds_up_by_its_labels_and_keeps_money_exact() -> None:
    counter = Counter("dollars", "Dollars.", ("side",), "dollars")
    for _ in range(10):
        counter.add("BUY", by=Decimal("0.1"))
    counter.add("SELL")
    assert _samples((counter.family(),)) == {"dollars_total BUY": 1, "dollars_total SELL": 1}


def test_a_histograms_buckets_hold_those_below_and_the_bound_itself() -> None:
    histogram = Histogram("s", "Seconds.", (1.0, 5.0))
    for number in (0.5, 1.0, 4.0, 60.0):
        histogram.note(number)
    assert _samples((histogram.family(),)) == {
        "s_bucket 1.0": 2,
        "s_bucket 5.0": 3,
        "s_bucket +Inf": 4,
        "s_count": 4,
        "s_sum": Decimal("65.5"),
    }


def _order(request: OrderRequest) -> OrderView:
    return order_view(OrderId("one"), request, a_market())


async def _filled_order(desk: Desk) -> None:
    order_id = await desk.engine.submit_order(micro(size=100, limit="0.60"))
    child_id = await desk.resting(order_id)
    desk.exchange.trade(child_id, 100 * UNIT)
    await desk.until_ended(order_id)


def test_an_engine_counts_orders_fills_and_hops() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            await _filled_order(desk)
            known = _samples(desk.engine.metrics())
            assert known["polyterm_orders_accepted_total micro_price"] == 1
            assert known["polyterm_orders_ended_total micro_price COMPLETED"] == 1
            assert known["polyterm_execution_seconds_count micro_price"] == 1
            assert known["polyterm_fill_ratio_sum micro_price"] == 1
            assert known["polyterm_fills_total BUY maker"] == 1
            assert known["polyterm_filled_shares_total BUY"] == 100
            assert known["polyterm_hop_seconds_count send"] == 1
            assert known["polyterm_hop_seconds_count journal"] >= 3
            assert known["polyterm_can_trade"] == 1
            paid = known["polyterm_filled_dollars_total BUY"]
            assert known["polyterm_cash_flow_dollars"] == -paid

    run_virtual(scenario())


def test_failed_calls_are_counted_by_class() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            desk.exchange.script.unreachable = True
            with pytest.raises(UnreachableError):
                await desk.engine.list_markets()
            known = _samples(desk.engine.metrics())
            assert known["polyterm_api_errors_total read markets unreachable"] == 1

    run_virtual(scenario())


def test_a_refused_order_counts_as_an_error_of_its_hop() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            desk.exchange.script.sends.append("refuse")
            order_id = await desk.engine.submit_order(micro(limit="0.60"))
            await desk.resting(order_id)
            known = _samples(desk.engine.metrics())
            assert not desk.exchange.script.sends
            assert known["polyterm_api_errors_total send rejected"] == 1

    run_virtual(scenario())


def test_profit_is_cash_taken_in_and_shares_at_the_mark() -> None:
    totals = TokenTotals(
        token_id=YES,
        slug="rain",
        outcome="Yes",
        bought=100 * UNIT,
        paid=40 * UNIT,
        buy_fees=UNIT,
        sold=40 * UNIT,
        earned=20 * UNIT,
    )
    marked = profit_of([totals], lambda token_id: 5_000.0)
    assert marked == Profit(cash_flow=-21 * UNIT, holdings=30 * UNIT, unpriced=0)
    assert marked.total == 9 * UNIT
    unmarked = profit_of([totals], lambda token_id: None)
    assert unmarked.unpriced == 60 * UNIT
    assert unmarked.holdings == 60 * UNIT * 60 // 140
