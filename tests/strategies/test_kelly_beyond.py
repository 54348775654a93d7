from __future__ import annotations

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyterm.models.enums import Side
from polyterm.strategies.base import Resize
from polyterm.strategies.kelly_against import against
from polyterm.strategies.kelly_bet import Bet
from polyterm.strategies.kelly_exclusive import stake_exclusive
from polyterm.strategies.router import decide
from polyterm.strategies.shrinkage import blended, confidence_of
from tests.strategies.factory import T0, funds, kelly, order, seeded, shares, view

unit = st.floats(0.02, 0.98)


def test_the_vector_of_four_exclusive_outcomes():
    found = stake_exclusive((0.45, 0.30, 0.15, 0.10), (0.38, 0.28, 0.20, 0.17))
    assert [stake.fraction for stake in found.stakes] == pytest.approx(
        [0.1786, 0.1, 0.0071, 0], abs=5e-5
    )
    assert found.reserve == pytest.approx(0.7143, abs=5e-5)
    assert found.growth == pytest.approx(0.01998, abs=5e-6)
    assert [stake.is_hedge for stake in found.stakes] == [False, False, True, False]


@given(p=unit, a=unit)
def test_one_outcome_is_the_plain_criterion(p: float, a: float):
    found = stake_exclusive((p, 1 - p), (a, 0.999_999))
    assert found.stakes[0].fraction == pytest.approx(max((p - a) / (1 - a), 0), abs=1e-4)


@given(st.lists(st.tuples(st.floats(0.05, 1), st.floats(0.05, 1)), min_size=2, max_size=6))
def test_no_small_change_of_the_stakes_grows_faster(drawn: list[tuple[float, float]]):
    total = sum(weight for weight, _ in drawn)
    probabilities = [weight / total for weight, _ in drawn]
    prices = [price / (1.03 * sum(price for _, price in drawn)) * 1.1 for _, price in drawn]
    if any(price >= 1 for price in prices):
        return
    found = stake_exclusive(probabilities, prices)
    best = [stake.fraction for stake in found.stakes]

    def growth(fractions: list[float]) -> float:
        kept = 1 - sum(fractions)
        return sum(
            p * log(kept + f / a) for p, a, f in zip(probabilities, prices, fractions, strict=True)
        )

    assert growth(best) == pytest.approx(found.growth)
    for index in range(len(best)):
        for change in (-1e-3, 1e-3):
            moved = [f + (change if i == index else 0) for i, f in enumerate(best)]
            if min(moved) >= 0 and sum(moved) < 1:
                assert growth(moved) <= found.growth + 1e-9


def test_numbers_that_are_no_event_are_refused():
    with pytest.raises(ValueError, match="sum to 1"):
        stake_exclusive((0.5, 0.4), (0.3, 0.3))
    with pytest.raises(ValueError, match="between 0 and 1"):
        stake_exclusive((0.5, 0.5), (0.3, 1.0))


def test_the_vector_of_selling_first_and_then_buying_the_other():
    found = against(0.35, 1_200, 700, held=500, sell_net=0.40, other=0.60)
    assert (found.sell, found.buy_other) == pytest.approx((500, 187.5))
    enough = against(0.35, 1_200, 700, held=900, sell_net=0.40, other=0.60)
    assert (enough.sell, enough.buy_other) == pytest.approx((687.5, 0))


def test_a_cheaper_other_outcome_is_bought_before_anything_is_sold():
    found = against(0.35, 1_200, 700, held=500, sell_net=0.40, other=0.55)
    assert found.sell == 0
    assert found.buy_other > 0
    assert "0.45" in found.reason


@given(p=unit, w1=st.floats(10, 1e6), w0=st.floats(10, 1e6), v=unit)
def test_both_ways_reach_the_same_indifference(p: float, w1: float, w0: float, v: float):
    found = against(p, w1, w0, held=1e12, sell_net=v, other=1 - v)
    after_wins = w1 - (1 - v) * found.sell - (1 - v) * found.buy_other
    after_loses = w0 + v * found.sell + v * found.buy_other
    if found.sell + found.buy_other > 1e-6:
        assert Bet(p, v, after_wins, after_loses).reservation == pytest.approx(v, rel=1e-6)


@given(own=unit, market=unit, weight=st.floats(0, 1))
def test_a_blend_lies_between_and_mirrors(own: float, market: float, weight: float):
    blend = blended(own, market, weight)
    assert min(own, market) - 1e-9 <= blend <= max(own, market) + 1e-9
    assert blended(1 - own, 1 - market, weight) == pytest.approx(1 - blend)
    assert blended(own, market, 1) == pytest.approx(own)
    assert blended(own, market, 0) == pytest.approx(market)


def test_confidence_is_the_part_of_the_precision():
    assert confidence_of(0.05, 0.05) == 0.5
    assert confidence_of(0.10, 0.05) == pytest.approx(0.2)


def test_less_confidence_wants_fewer_shares():
    wanted: list[int] = []
    for confidence in ("1", "0.5"):
        state = order(kelly("0.60", confidence=confidence), size="0", account=funds())
        decision = decide(state, view(), T0, seeded())
        assert isinstance(decision, Resize)
        wanted.append(decision.size)
    assert wanted[0] > wanted[1] > 0


def test_a_sell_trims_down_to_the_fractional_target():
    held = funds("700", held="500", worth="200")
    state = order(kelly("0.35"), Side.SELL, "0", "0.30", account=held)
    trim = decide(state, view("0.38x100", "0.42x100"), T0, seeded())
    assert isinstance(trim, Resize)
    assert trim.size == shares(500)
