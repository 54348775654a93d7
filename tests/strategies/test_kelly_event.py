from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polyterm.strategies.kelly_bet import Bet
from polyterm.strategies.kelly_event import Leg, growth_of, stake_event
from polyterm.strategies.kelly_exclusive import stake_exclusive

P, ASKS = (0.45, 0.30, 0.15, 0.10), (0.38, 0.28, 0.20, 0.17)
YES = tuple(Leg(index, ask) for index, ask in enumerate(ASKS))
NO = tuple(Leg(index, 1 - (ask - 0.02), pays_if_lost=True) for index, ask in enumerate(ASKS))
FLAT = (1.0, 1.0, 1.0, 1.0)


def test_the_vector_of_four_outcomes_without_and_with_the_other_sides():
    plain = stake_event(P, FLAT, YES)
    fractions = [shares * leg.all_in for shares, leg in zip(plain, YES, strict=True)]
    assert fractions == pytest.approx([0.1786, 0.1, 0.0071, 0], abs=5e-5)
    assert growth_of(P, FLAT, YES, plain) == pytest.approx(0.01998, abs=5e-6)
    both = stake_event(P, FLAT, YES + NO)
    assert growth_of(P, FLAT, YES + NO, both) == pytest.approx(0.02078, abs=5e-6)


def test_the_vector_of_sizing_each_outcome_alone():
    alone = [Bet(p, leg.all_in, 1.0, 1.0).full_fraction for p, leg in zip(P, YES, strict=True)]
    assert alone == pytest.approx([0.1129, 0.0278, 0, 0], abs=5e-5)
    shares = [fraction / leg.all_in for fraction, leg in zip(alone, YES, strict=True)]
    assert growth_of(P, FLAT, YES, shares) == pytest.approx(0.01479, abs=5e-6)


events = st.lists(st.tuples(st.floats(0.05, 1), st.floats(0.05, 1)), min_size=2, max_size=5).map(
    lambda drawn: (
        [weight / sum(w for w, _ in drawn) for weight, _ in drawn],
        [min(price / sum(c for _, c in drawn) * 1.08, 0.97) for _, price in drawn],
    )
)


@settings(max_examples=30)
@given(events)
def test_the_yes_sides_alone_are_the_paper_s_stakes(event: tuple[list[float], list[float]]):
    probabilities, prices = event
    legs = [Leg(index, price) for index, price in enumerate(prices)]
    found = stake_event(probabilities, [1.0] * len(legs), legs)
    grown = growth_of(probabilities, [1.0] * len(legs), legs, found)
    assert grown == pytest.approx(stake_exclusive(probabilities, prices).growth, abs=1e-6)


@settings(max_examples=30)
@given(
    p=st.floats(0.05, 0.95),
    a=st.floats(0.05, 0.95),
    held=st.floats(0, 2_000),
    cash=st.floats(50, 5_000),
)
def test_one_market_with_a_holding_is_the_plain_criterion(
    p: float, a: float, held: float, cash: float
):
    (shares,) = stake_event((p, 1 - p), (cash + held, cash), [Leg(0, a)])
    plain = max(Bet(p, a, cash + held, cash).shares_wanted(1), 0)
    assert shares == pytest.approx(plain, rel=1e-3, abs=1e-3 * cash)


@settings(max_examples=30)
@given(events)
def test_once_bought_nothing_more_is_wanted(event: tuple[list[float], list[float]]):
    probabilities, prices = event
    legs = [Leg(index, price) for index, price in enumerate(prices)]
    legs += [
        Leg(index, 1.05 - price, pays_if_lost=True)
        for index, price in enumerate(prices)
        if price > 0.06
    ]
    flat = [100.0] * len(prices)
    bought = stake_event(probabilities, flat, legs)
    after = [
        100.0 + sum(n * leg.gain(winner) for n, leg in zip(bought, legs, strict=True))
        for winner in range(len(prices))
    ]
    assert min(after) > 0
    more = stake_event(probabilities, after, legs)
    assert growth_of(probabilities, after, legs, more) == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize(
    ("p", "wealth", "legs", "words"),
    [
        ((0.5, 0.4), (1, 1), YES[:1], "sum to 1"),
        ((0.5, 0.5), (1,), YES[:1], "as many"),
        ((0.5, 0.5), (1, 0), YES[:1], "above nothing"),
        ((0.5, 0.5), (1, 1), (Leg(0, 1.0),), "between 0 and 1"),
    ],
)
def test_numbers_that_are_no_event_are_refused(p, wealth, legs, words: str):
    with pytest.raises(ValueError, match=words):
        stake_event(p, wealth, legs)


def test_a_sure_gain_is_bounded_by_what_there_is():
    legs = [Leg(0, 0.45), Leg(1, 0.45)]
    bought = stake_event((0.5, 0.5), (100, 100), legs)
    assert bought == pytest.approx((100 / 0.45, 100 / 0.45))


def test_a_leg_knows_whether_it_is_a_hedge():
    assert YES[0].edge(P) == pytest.approx(0.07)
    assert YES[2].edge(P) < 0
    assert NO[3].edge(P) == pytest.approx(0.90 - 0.85)
