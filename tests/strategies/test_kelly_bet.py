from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from polyterm.strategies.kelly_bet import Bet

inside = st.floats(0.01, 0.99)
wealths = st.floats(1.0, 1e6)
bets = st.builds(Bet, inside, inside, wealths, wealths)

# The vectors of execution.md 1.6.


@pytest.mark.parametrize(
    ("fraction", "growth"),
    [
        (1 / 3, 0.08109),
        (0.44, 0.07216),
        (0.47, 0.06619),
        (0.50, 0.05851),
        (0.60, 0.01860),
        (0.6666, -0.02351),
    ],
)
def test_growth_by_share_of_wealth_staked(fraction: float, growth: float):
    assert Bet(0.6, 0.4, 1000, 1000).growth(fraction * 1000 / 0.4) == pytest.approx(
        growth, abs=5e-6
    )


@pytest.mark.parametrize(("fraction", "change"), [(1, 250), (0.5, -125), (0.25, -312.5)])
def test_change_of_a_position_by_fraction(fraction: float, change: float):
    assert Bet(0.6, 0.4, 1200, 700).shares_wanted(fraction) == pytest.approx(change)


def test_reservation_price_before_and_after_the_purchase():
    assert Bet(0.6, 0.4, 1200, 700).reservation == pytest.approx(0.466667, abs=1e-6)
    assert Bet(0.6, 0.4, 1200 + 250 * 0.6, 700 - 250 * 0.4).reservation == pytest.approx(0.4)


def test_the_same_disbelief_is_a_sell_or_a_buy_of_the_other_outcome():
    sell = Bet(1 - 0.35, 1 - 0.40, 700, 1200).shares_wanted(1)
    assert sell == pytest.approx(687.5)


def test_the_other_outcome_at_an_even_price():
    assert Bet(0.55, 0.5, 1000, 1000).full_fraction == pytest.approx(0.10)


# Properties.


@given(bets)
def test_after_trading_the_wanted_shares_none_are_wanted(bet: Bet):
    shares = bet.shares_wanted(1)
    right = bet.if_right + shares * (1 - bet.all_in)
    wrong = bet.if_wrong - shares * bet.all_in
    again = Bet(bet.probability, bet.all_in, right, wrong)
    assert again.shares_wanted(1) == pytest.approx(0, abs=1e-6 * max(abs(shares), right, wrong))
    assert again.reservation == pytest.approx(bet.all_in, rel=1e-6)


@given(bets)
def test_no_outcome_ever_ruins(bet: Bet):
    shares = bet.shares_wanted(1)
    assert bet.if_wrong - shares * bet.all_in > 0
    assert bet.if_right + shares * (1 - bet.all_in) > 0


@given(bets, st.floats(0.001, 1_000))
def test_wealth_scales_the_size(bet: Bet, scale: float):
    scaled = Bet(bet.probability, bet.all_in, bet.if_right * scale, bet.if_wrong * scale)
    tolerance = 1e-9 * scale * max(bet.if_right, bet.if_wrong) / (bet.all_in * (1 - bet.all_in))
    assert scaled.shares_wanted(0.5) == pytest.approx(
        bet.shares_wanted(0.5) * scale, rel=1e-9, abs=tolerance
    )


@given(bets)
def test_the_mirrored_bet_is_the_opposite_trade(bet: Bet):
    mirrored = Bet(1 - bet.probability, 1 - bet.all_in, bet.if_wrong, bet.if_right)
    tolerance = 1e-6 * max(bet.if_right, bet.if_wrong) / (bet.all_in * (1 - bet.all_in))
    assert mirrored.shares_wanted(1) == pytest.approx(-bet.shares_wanted(1), abs=tolerance)
    assert mirrored.reservation == pytest.approx(1 - bet.reservation)


@given(bets, inside)
def test_a_higher_price_wants_less(bet: Bet, dearer: float):
    assume(dearer > bet.all_in + 1e-6)
    other = Bet(bet.probability, dearer, bet.if_right, bet.if_wrong)
    assert other.shares_wanted(1) < bet.shares_wanted(1)


@given(bets, inside)
def test_a_higher_probability_wants_more(bet: Bet, likelier: float):
    assume(likelier > bet.probability + 1e-6)
    other = Bet(likelier, bet.all_in, bet.if_right, bet.if_wrong)
    assert other.shares_wanted(1) > bet.shares_wanted(1)


@given(bets, st.floats(0.01, 1_000))
def test_more_held_wants_less(bet: Bet, held: float):
    other = Bet(bet.probability, bet.all_in, bet.if_right + held, bet.if_wrong)
    assert other.shares_wanted(1) < bet.shares_wanted(1)


@given(bets, st.floats(0.2, 2.0))
def test_no_other_size_grows_faster_than_full_kelly(bet: Bet, part: float):
    best = bet.shares_wanted(1)
    wrong, right = best * part * bet.all_in, -best * part * (1 - bet.all_in)
    assume(wrong < bet.if_wrong and right < bet.if_right)
    assert bet.growth(best * part) <= bet.growth(best) + 1e-9
