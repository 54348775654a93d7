from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from polyterm.models.enums import Side
from polyterm.models.money import SIZE_STEP, UNIT
from polyterm.strategies.base import Cancel, Done, MarketView, Place, Replace, Wait
from polyterm.strategies.router import decide
from polyterm.strategies.schedule import Schedule
from polyterm.strategies.twap import schedule_of
from tests.strategies.factory import (
    T0,
    cents,
    child,
    market,
    order,
    seeded,
    shares,
    twap,
    view,
    vwap,
)
from tests.strategies.simulation import Simulation

SLICE = 60_000


@given(
    seed=st.integers(0, 2**32),
    count=st.integers(1, 100),
    size=st.integers(100, 10_000_000).map(lambda n: n * SIZE_STEP),
    variation=st.floats(0, 0.4),
)
def test_what_is_due_grows_to_the_size_exactly(seed: int, count: int, size: int, variation: float):
    schedule = Schedule(size, T0, SLICE, count, variation, seed)
    due = [schedule.due(number) for number in range(-1, count + 1)]
    assert due == sorted(due)
    assert (due[0], due[-2], due[-1]) == (0, size, size)
    assert all(amount % SIZE_STEP == 0 for amount in due)
    for number in range(count):
        opens = schedule.opens_ms(number)
        assert schedule.start_ms(number) <= opens < schedule.start_ms(number) + SLICE


def test_two_orders_of_the_same_kind_do_not_trade_alike():
    plain = Schedule(shares(1_000), T0, SLICE, 10, 0.2, 1)
    other = replace(plain, seed=2)
    assert [plain.due(n) for n in range(10)] != [other.due(n) for n in range(10)]
    assert [plain.opens_ms(n) for n in range(10)] != [other.opens_ms(n) for n in range(10)]


def test_a_slice_rests_first_and_takes_late_within_the_limit():
    state = order(twap(variation="0"), limit="0.54")
    resting = decide(state, view(), T0 + 20_000, seeded())
    assert isinstance(resting, Place)
    assert (resting.size, resting.price, resting.post_only) == (shares(10), cents("0.51"), True)
    late = decide(state, view(), T0 + 50_000, seeded())
    assert isinstance(late, Place)
    assert (late.price, late.post_only) == (cents("0.54"), False)
    beyond = decide(order(twap(), limit="0.53"), view(), T0 + 50_000, seeded())
    assert isinstance(beyond, Place)
    assert beyond.post_only


def test_a_resting_slice_takes_once_it_is_late():
    working = [replace(child("0.51", "10"), since_ms=T0 + 20_000)]
    state = order(twap(variation="0"), limit="0.54", working=working)
    move = decide(state, view(), T0 + 45_000, seeded())
    assert isinstance(move, Replace)
    assert (move.price, move.post_only) == (cents("0.54"), False)
    never = replace(state, params=twap(variation="0", take_after="1"))
    assert isinstance(decide(never, view(), T0 + 45_000, seeded()), Wait)


def test_it_waits_for_the_next_slice_once_it_is_on_schedule():
    done = decide(order(twap(variation="0"), filled="10"), view(), T0 + 30_000, seeded())
    assert isinstance(done, Wait)
    assert "on schedule" in done.reason
    assert done.until_ms == T0 + SLICE


def test_what_is_left_of_a_slice_joins_the_next_and_arrears_are_bounded():
    state = order(twap(variation="0"), limit="0.50", working=[child("0.50", "10")])
    joined = decide(state, view(), T0 + SLICE + 30_000, seeded())
    assert isinstance(joined, Cancel)
    behind = order(twap(variation="0", max_catch_up="2"))
    place = decide(behind, view(), T0 + 5 * SLICE + 30_000, seeded())
    assert isinstance(place, Place)
    assert place.size == shares(20)


def test_the_schedule_follows_from_the_state_and_ends_with_the_market():
    state = order(twap(), deadline_s=300)
    assert schedule_of(state, market()).slice_ms == 30_000
    assert schedule_of(state, market(ends_in_s=100)).slice_ms == 10_000


def test_participation_counts_from_where_it_began():
    state = order(vwap(child_size="10", variation="0"), filled="30")
    state = replace(state, filled_before=shares(30))
    assert isinstance(decide(state, view(traded="90"), T0, seeded()), Wait)
    place = decide(state, view(traded="150"), T0, seeded())
    assert isinstance(place, Place)
    assert place.size == shares(15)


def test_a_child_of_the_volume_takes_after_its_time():
    state = order(vwap(), limit="0.54", working=[child("0.51", "20", age_s=31)])
    move = decide(state, view(traded="500"), T0, seeded())
    assert isinstance(move, Replace)
    assert move.price == cents("0.54")


def still(_: int) -> MarketView:
    return view("0.50x100 0.49x50", "0.54x100 0.55x50", traded="1000000")


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32),
    size=st.integers(500, 60_000).map(lambda n: n * SIZE_STEP),
    side=st.sampled_from(Side),
    slices=st.integers(1, 40),
    post_only=st.booleans(),
)
def test_schedules_add_up_exactly_and_end(
    seed: int, size: int, side: Side, slices: int, post_only: bool
):
    for params in (twap(slices=str(slices)), vwap(child_size="7.5")):
        state = order(params, side, str(size / UNIT), post_only=post_only)
        run = Simulation(replace(state, seed=seed), still, seed, fill_chance=0.3).run()
        assert run.end == Done("filled")
        assert run.order.filled == size
        assert all(place.size >= shares(5) for place in run.placed)
