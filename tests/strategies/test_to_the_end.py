from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from polyterm.models.enums import EndAction, Side, Urgency
from polyterm.models.money import SIZE_STEP, UNIT
from polyterm.strategies.base import Done, Fail, MarketView
from polyterm.strategies.iceberg_params import IcebergParams
from polyterm.strategies.tranches import tranche_range
from tests.strategies.factory import (
    T0,
    cents,
    funds,
    iceberg,
    kelly,
    micro,
    order,
    seeded,
    shares,
    view,
)
from tests.strategies.simulation import Simulation


def still(_: int) -> MarketView:
    return view("0.50x100 0.49x50", "0.54x100 0.55x50")


def wandering(seed: int):
    def at(now_ms: int) -> MarketView:
        bid = 45 + seeded(seed * 1_000 + (now_ms - T0) // 5_000).randint(0, 8)
        return view(f"0.{bid}x80", f"0.{bid + 2}x120")

    return at


runs = settings(max_examples=40)


@runs
@given(
    seed=st.integers(0, 2**32),
    size=st.integers(500, 60_000).map(lambda n: n * SIZE_STEP),
    params=st.sampled_from(
        [
            iceberg(),
            iceberg("20"),
            iceberg("7.77", tranche_variation="0.5"),
            iceberg("30", min_tranche="20", max_tranche="35"),
        ]
    ),
    side=st.sampled_from(Side),
)
def test_the_tranches_of_an_iceberg_add_up_exactly(
    seed: int, size: int, params: IcebergParams, side: Side
):
    state = order(params, side, str(size / UNIT), post_only=True)
    run = Simulation(state, still, seed, fill_chance=0.5).run()
    assert run.end == Done("filled")
    assert run.order.filled == size
    assert all(place.size >= shares(5) for place in run.placed)
    assert all(place.size % SIZE_STEP == 0 for place in run.placed)
    highest = tranche_range(params, size, shares(5)).high
    assert sum(place.size > highest for place in run.placed) <= 1


@runs
@given(seed=st.integers(0, 2**32), side=st.sampled_from(Side), urgency=st.sampled_from(Urgency))
def test_an_iceberg_keeps_to_limit_and_adjustments_on_a_wandering_book(
    seed: int, side: Side, urgency: Urgency
):
    limit = "0.50"
    state = order(iceberg(), side, "200", limit, urgency=urgency, deadline_s=900)
    run = Simulation(state, wandering(seed), seed).run()
    assert isinstance(run.end, Done)
    assert all(side.within(price, cents(limit)) for price in run.prices)
    assert len(run.replaced) <= {"LOW": 3, "MEDIUM": 5, "HIGH": 10}[urgency]


@runs
@given(seed=st.integers(0, 2**32), side=st.sampled_from(Side))
def test_a_micro_price_order_ends_within_its_adjustments(seed: int, side: Side):
    state = order(micro(max_adjustments=4), side, "200", "0.50", deadline_s=900)
    run = Simulation(state, wandering(seed), seed, fill_chance=0.05).run()
    assert isinstance(run.end, Done)
    assert len(run.replaced) <= 4
    assert all(side.within(price, cents("0.50")) for price in run.prices)


@runs
@given(seed=st.integers(0, 2**32))
def test_a_kelly_buy_stays_below_its_probability_and_its_largest_stake(seed: int):
    state = order(
        kelly("0.52", "0.5", max_stake="60"),
        size="0",
        limit="0.60",
        deadline_s=900,
        account=funds("1000"),
    )
    run = Simulation(state, wandering(seed), seed, fill_chance=0.3).run()
    assert isinstance(run.end, Done | Fail)
    assert all(price < cents("0.52") for price in run.prices)
    assert run.order.paid <= shares(60)
    assert run.order.filled <= run.order.size


def test_a_kelly_order_buys_its_target_and_is_done():
    state = order(kelly("0.60", "0.5"), size="0", limit="0.60", account=funds("1000"))
    run = Simulation(state, still, fill_chance=0.5).run()
    assert run.end == Done("filled")
    assert run.resized
    assert run.order.filled == run.resized[-1].size


def test_an_order_of_high_urgency_takes_what_is_shown():
    state = order(iceberg("40"), size="100", limit="0.54", urgency=Urgency.HIGH)
    run = Simulation(state, still, fill_chance=0).run()
    assert run.end == Done("filled")
    assert set(run.prices) == {cents("0.54")}


def test_the_rest_is_taken_once_at_the_deadline():
    state = order(
        iceberg("20"),
        size="300",
        limit="0.54",
        deadline_s=20,
        end_action=EndAction.CROSS,
        urgency=Urgency.LOW,
    )
    run = Simulation(state, still, fill_chance=0).run()
    assert run.end == Done("deadline: took what the limit allowed")
    assert run.placed[-1].size == shares(300)
    assert run.order.filled == shares(100)
