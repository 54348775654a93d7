from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polyterm.models.enums import Side
from polyterm.models.market import FeeSchedule
from polyterm.models.money import SIZE_STEP, UNIT
from polyterm.strategies.kelly_sizing import KellyInputs, growth_curve, kelly_bet, size_kelly
from tests.strategies.factory import cents, shares

FLAT = KellyInputs(
    probability=0.60,
    price=cents("0.40"),
    side=Side.BUY,
    fees=FeeSchedule(),
    takes=False,
    wealth=shares(1000),
    held=0,
    held_opposite=0,
    held_value=0,
    fraction=1.0,
    max_stake=None,
    cash=None,
    min_size=shares(5),
    tick=cents("0.01"),
)
HOLDING = replace(FLAT, wealth=shares(900), held=shares(500), held_value=shares(200))
"""Cash 700 and 500 shares at 0.40: worth 1200 if right, 700 if wrong."""


def test_probability_60_at_40_stakes_a_third():
    sizing = size_kelly(FLAT)
    assert sizing.full_fraction == pytest.approx(1 / 3)
    assert sizing.shares == shares(833.33)
    assert sizing.stake == shares(333.332)
    assert sizing.stake_fraction == pytest.approx(1 / 3, abs=1e-4)
    assert sizing.growth == pytest.approx(0.08109, abs=5e-6)
    assert (sizing.loss_if_wrong, sizing.win_if_right) == (shares(333.332), shares(499.998))
    assert sizing.reservation == pytest.approx(0.60)
    assert sizing.notes == ()


@pytest.mark.parametrize(
    ("rate", "all_in", "fraction", "count"),
    [
        (0.03, 0.40720, 0.3252, 798.71),
        (0.04, 0.40960, 0.3225, 787.34),
        (0.05, 0.41200, 0.3197, 776.04),
        (0.072, 0.41728, 0.3136, 751.45),
    ],
)
def test_taking_pays_the_fee(rate: float, all_in: float, fraction: float, count: float):
    sizing = size_kelly(replace(FLAT, takes=True, fees=FeeSchedule(round(rate * 1e6))))
    assert sizing.all_in == pytest.approx(all_in)
    assert sizing.full_fraction == pytest.approx(fraction, abs=5e-5)
    assert sizing.shares == pytest.approx(shares(count), abs=SIZE_STEP)
    assert sizing.loss_if_wrong == sizing.stake + sizing.fee
    assert sizing.fee > 0


def test_a_maker_pays_no_fee():
    assert size_kelly(replace(FLAT, fees=FeeSchedule(70_000))) == size_kelly(FLAT)


def test_holdings_count():
    sizing = size_kelly(HOLDING)
    assert sizing.shares == shares(250)
    assert sizing.reservation == pytest.approx(0.466667, abs=1e-6)


@pytest.mark.parametrize(("fraction", "over"), [(0.5, "125"), (0.25, "312.5")])
def test_a_holding_over_its_fraction_adds_nothing(fraction: float, over: str):
    sizing = size_kelly(replace(HOLDING, fraction=fraction))
    assert sizing.shares == 0
    assert sizing.notes == (f"already {over} shares over the target",)


def test_a_sell_is_capped_at_what_is_held():
    sizing = size_kelly(replace(HOLDING, side=Side.SELL, probability=0.35))
    assert sizing.shares == shares(500)
    assert sizing.notes == ("capped by the 500 shares held",)
    assert sizing.stake == sizing.win_if_right == shares(200)
    assert sizing.loss_if_wrong == shares(300)


def test_what_is_left_of_the_sell_buys_the_other_outcome():
    after = replace(FLAT, probability=0.65, price=cents("0.60"), wealth=shares(900), side=Side.BUY)
    assert size_kelly(after).shares == shares(187.5)


CASES = {
    "no edge": (replace(FLAT, probability=0.40), "no edge: probability 0.4 is not above 0.40"),
    "no edge to sell": (
        replace(HOLDING, side=Side.SELL, probability=0.60),
        "no edge: probability 0.6 is not below 0.40",
    ),
    "small": (
        replace(FLAT, wealth=shares(5)),
        "4.16 shares is below the market's minimum of 5 shares",
    ),
    "under a dollar": (
        replace(FLAT, price=cents("0.05"), probability=0.06, wealth=shares(60), takes=True),
        "$0.63 is below the $1 that a taking order must be worth",
    ),
    "broke": (replace(FLAT, wealth=0), "the bankroll is empty"),
    "certain": (replace(FLAT, probability=1.0), "the probability must lie between 0 and 1"),
    "nothing held": (replace(FLAT, side=Side.SELL, probability=0.2), "capped by the 0 shares held"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_size_of_zero_says_why(name: str):
    inputs, note = CASES[name]
    sizing = size_kelly(inputs)
    assert (sizing.shares, sizing.stake, sizing.fee) == (0, 0, 0)
    assert sizing.notes[0] == note


def test_the_tightest_cap_is_named():
    sizing = size_kelly(replace(FLAT, max_stake=shares(100), cash=shares(60)))
    assert sizing.shares == shares(150)
    assert sizing.notes == ("capped by $60.00 of cash",)


def test_an_off_grid_price_is_rounded_on_our_own_side():
    assert size_kelly(replace(FLAT, price=4057)).all_in == pytest.approx(0.40)
    assert size_kelly(replace(HOLDING, side=Side.SELL, price=4057)).all_in == pytest.approx(0.41)


any_inputs = st.builds(
    KellyInputs,
    probability=st.floats(0.01, 0.99),
    price=st.integers(1, 9_999),
    side=st.sampled_from(Side),
    fees=st.builds(FeeSchedule, st.sampled_from([0, 40_000, 70_000])),
    takes=st.booleans(),
    wealth=st.integers(1, 10**12),
    held=st.integers(0, 10**11),
    held_opposite=st.integers(0, 10**11),
    held_value=st.integers(0, 10**11),
    fraction=st.floats(0, 1),
    max_stake=st.none() | st.integers(0, 10**10),
    cash=st.none() | st.integers(0, 10**10),
    min_size=st.just(5 * UNIT),
    tick=st.sampled_from([100, 10, 1]),
)


@settings(max_examples=500)
@given(any_inputs)
def test_every_cap_holds_to_the_last_unit(inputs: KellyInputs):
    sizing = size_kelly(inputs)
    assert sizing.shares % SIZE_STEP == 0
    assert sizing.shares == 0 or sizing.shares >= inputs.min_size
    assert inputs.max_stake is None or sizing.stake <= inputs.max_stake
    if inputs.side is Side.SELL:
        assert sizing.shares <= inputs.held
    elif inputs.cash is not None:
        assert sizing.stake + sizing.fee <= inputs.cash
    assert sizing.shares or sizing.notes


@settings(max_examples=300)
@given(any_inputs)
def test_what_is_sized_is_expected_to_grow(inputs: KellyInputs):
    sizing = size_kelly(replace(inputs, fraction=1.0))
    assert sizing.growth >= -1e-12
    assert sizing.growth <= sizing.full_growth + 1e-9 or sizing.full_growth == 0


def test_the_growth_curve_peaks_at_full_kelly():
    curve = growth_curve(FLAT)
    assert len(curve) == 41
    assert curve[0] == (0, 0)
    assert max(curve, key=lambda point: point[1])[0] == pytest.approx(1 / 3)
    assert curve[-1] == pytest.approx((2 / 3, -0.02356), abs=5e-6)


def test_the_growth_curve_without_an_edge_only_falls():
    growth = [value for _, value in growth_curve(replace(FLAT, probability=0.30))]
    assert growth == sorted(growth, reverse=True)


@given(any_inputs)
def test_the_growth_curve_never_reaches_ruin(inputs: KellyInputs):
    bet = kelly_bet(inputs)
    assert bet is not None
    staked = [fraction * inputs.wealth / UNIT for fraction, _ in growth_curve(inputs)]
    assert len(staked) == (41 if bet.if_wrong else 0)
    assert all(stake < bet.if_wrong for stake in staked)
