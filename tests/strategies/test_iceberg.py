from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyterm.models.enums import Side, Urgency
from polyterm.models.money import SIZE_STEP
from polyterm.strategies.adaptation import reaction_ms
from polyterm.strategies.base import Cancel, Place, Replace, UrgencyProfile, Wait
from polyterm.strategies.detection import Undercut
from polyterm.strategies.router import decide
from polyterm.strategies.tranches import TrancheRange, next_tranche
from tests.strategies.factory import T0, cents, child, iceberg, order, seeded, shares, view

EXACT = iceberg("20", tranche_variation="0")


def ask(state, market, seed: int = 1):
    return decide(state, market, T0, seeded(seed))


@pytest.mark.parametrize(
    ("side", "bids", "asks", "price"),
    [
        (Side.BUY, "0.50x100", "0.54x100", "0.51"),
        (Side.BUY, "0.50x100", "0.52x100", "0.51"),
        (Side.BUY, "0.50x100", "0.51x100", "0.50"),
        (Side.SELL, "0.50x100", "0.54x100", "0.53"),
        (Side.SELL, "0.50x100", "0.51x100", "0.51"),
        (Side.BUY, "0.70x100", "0.74x100", "0.60"),
        (Side.SELL, "0.20x100", "0.24x100", "0.40"),
    ],
    ids=["improve", "improve to middle", "join", "improve ask", "join ask", "limit", "limit ask"],
)
def test_a_tranche_rests_at_the_competitive_price(side: Side, bids: str, asks: str, price: str):
    decision = ask(order(EXACT, side), view(bids, asks))
    assert isinstance(decision, Place)
    assert (decision.price, decision.size, decision.post_only) == (cents(price), shares(20), True)


def test_a_tranche_is_a_tenth_where_none_is_typed():
    decision = ask(order(iceberg(tranche_variation="0"), size="300"), view())
    assert isinstance(decision, Place)
    assert decision.size == shares(30)
    assert decision.reason == "tranche 1: 30 shares, rest at 0.51"


def test_the_pause_is_drawn_once_per_tranche():
    state = order(EXACT, children=1, filled="20", ended_s_ago=0.5)
    first, again = ask(state, view(), seed=7), ask(state, view("0.40x1"), seed=7)
    assert first == again
    assert isinstance(first, Wait)
    assert first.until_ms is not None
    assert T0 + 500 <= first.until_ms <= T0 + 2_500


def test_after_the_pause_the_next_tranche_is_shown():
    assert isinstance(ask(order(EXACT, children=1, filled="20", ended_s_ago=3), view()), Place)


def test_a_tranche_within_its_patience_is_left_alone():
    state = order(EXACT, working=[child("0.50", age_s=29)])
    assert ask(state, view()) == Wait("resting at 0.50", T0 + 1_000)


def test_a_tranche_beyond_its_patience_is_improved():
    decision = ask(order(EXACT, working=[child("0.50", age_s=30)]), view())
    assert decision == Replace(
        child().child_id, cents("0.51"), "not filled: 30 s at 0.50, step to 0.51", post_only=True
    )


@pytest.mark.parametrize(
    ("urgency", "age_s", "moves"),
    [
        (Urgency.LOW, 11, False),
        (Urgency.LOW, 12, True),
        (Urgency.MEDIUM, 6, True),
        (Urgency.HIGH, 1.9, False),
        (Urgency.HIGH, 2, True),
    ],
)
def test_being_undercut_shortens_the_patience(urgency: Urgency, age_s: float, moves: bool):
    state = order(EXACT, urgency=urgency, working=[child("0.50", age_s=age_s)], post_only=True)
    decision = ask(state, view("0.51x50"))
    assert isinstance(decision, Replace) == moves
    assert "undercut by 0.01" in decision.reason


def test_a_small_undercut_shortens_it_less():
    market = view("0.5010x50", "0.5400x50", tick="0.001")
    state = order(EXACT, working=[child("0.50", age_s=14)])
    assert ask(state, market) == Wait("resting at 0.50, undercut by 0.001", T0 + 1_000)


def test_when_all_adjustments_are_used_it_holds():
    state = order(EXACT, working=[child("0.50", age_s=300)], adjustments=5)
    assert ask(state, view()) == Wait("all 5 adjustments used")


def test_stepping_crosses_the_spread_where_it_may():
    state = order(EXACT, working=[child("0.50", age_s=60)])
    decision = ask(state, view("0.50x10", "0.51x100"))
    assert isinstance(decision, Replace)
    assert (decision.price, decision.post_only) == (cents("0.51"), False)


@pytest.mark.parametrize(
    "more", [{"post_only": True}, {"limit": "0.50"}], ids=["post-only", "limit"]
)
def test_stepping_stops_short_of_the_spread_where_it_may_not_cross(more):
    state = order(EXACT, working=[child("0.50", age_s=60)], **more)
    assert isinstance(ask(state, view("0.50x10", "0.51x100")), Wait)


def test_a_post_only_order_already_past_the_micro_price_does_not_go_on():
    state = order(EXACT, working=[child("0.50", age_s=60)], post_only=True)
    assert ask(state, view("0.48x10", "0.56x1000")) == Wait("already past the micro-price 0.4808")


def test_high_urgency_takes_the_displayed_size():
    state = order(EXACT, urgency=Urgency.HIGH)
    decision = ask(state, view("0.50x100", "0.54x12"))
    assert isinstance(decision, Place)
    assert (decision.price, decision.size, decision.post_only) == (cents("0.54"), shares(12), False)


@pytest.mark.parametrize(
    ("more", "asks"),
    [({"post_only": True}, "0.54x12"), ({"limit": "0.53"}, "0.54x12")],
    ids=["post-only", "beyond the limit"],
)
def test_high_urgency_rests_where_it_may_not_take(more, asks: str):
    decision = ask(order(EXACT, urgency=Urgency.HIGH, **more), view("0.50x100", asks))
    assert isinstance(decision, Place)
    assert (decision.price, decision.post_only) == (cents("0.51"), True)


def test_less_than_a_dollar_is_never_taken():
    state = order(iceberg("5"), urgency=Urgency.HIGH)
    decision = ask(state, view("0.03x100", "0.05x100"))
    assert isinstance(decision, Place)
    assert (decision.price, decision.post_only) == (cents("0.04"), True)


def test_a_leftover_too_small_to_send_is_joined_to_the_rest():
    state = order(EXACT, working=[child("0.50", left="3", age_s=40)], filled="17")
    assert isinstance(ask(state, view()), Cancel)


def test_a_leftover_that_is_all_there_is_stays():
    state = order(EXACT, size="20", working=[child("0.50", left="3", age_s=40)], filled="17")
    assert ask(state, view()) == Wait("3 shares left at 0.50, too few to move")


units = st.integers(1, 10_000).map(lambda count: count * SIZE_STEP)


@given(st.integers(500, 100_000), units, units, units, st.lists(st.floats(-0.5, 0.5), min_size=1))
def test_any_draws_add_up_to_the_whole_and_leave_no_small_tail(
    count: int, nominal: int, one: int, other: int, draws: list[float]
):
    low, high = sorted((one, other))
    allowed = TrancheRange(min(max(nominal, low), high), low, high)
    rest, number, beyond = count * SIZE_STEP, 0, 0
    whole = rest
    shown: list[int] = []
    while rest:
        tranche = next_tranche(rest, allowed, draws[number % len(draws)])
        assert 0 < tranche <= rest
        assert tranche >= low or tranche == rest == whole
        beyond += tranche > high
        shown.append(tranche)
        rest -= tranche
        number += 1
    assert sum(shown) == whole
    assert beyond <= 1
    assert all(tranche <= high for tranche in shown[:-1])


@pytest.mark.parametrize(
    ("rest", "expected"),
    [(100, 8), (13, 8), (12, 7), (10, 5), (9, 9), (8, 8), (3, 3)],
    ids=["whole", "just room", "leave one", "two halves", "beyond", "last", "rest"],
)
def test_a_tail_too_small_to_send_is_avoided(rest: int, expected: int):
    allowed = TrancheRange(shares(8), low=shares(5), high=shares(8))
    assert next_tranche(shares(rest), allowed, 0.0) == shares(expected)


def test_no_undercut_is_answered_at_once():
    hasty = UrgencyProfile(patience_ms=3_000, max_adjustments=1, step=100)
    assert [reaction_ms(hasty, cut) for cut in Undercut] == [3_000, 2_000, 2_000]
