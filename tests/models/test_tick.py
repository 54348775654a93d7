from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyterm.models.enums import Side
from polyterm.models.money import PRICE_ONE, format_price
from polyterm.models.tick import TICKS, clamp, decimals, on_tick, passive

ticks = st.sampled_from(TICKS)
sides = st.sampled_from(Side)


@given(st.integers(-20_000, 20_000), ticks)
def test_a_clamped_price_lies_between_one_tick_and_one_dollar_less_one(price: int, tick: int):
    clamped = clamp(price, tick)
    assert tick <= clamped <= PRICE_ONE - tick
    assert clamped == price or not tick <= price <= PRICE_ONE - tick


@given(st.integers(0, PRICE_ONE), ticks, sides)
def test_rounding_on_our_own_side_never_gives_anything_up(price: int, tick: int, side: Side):
    rounded = passive(price, tick, side)
    assert rounded % tick == 0
    assert side.within(rounded, price)
    assert abs(rounded - price) < tick


@given(st.integers(0, PRICE_ONE), ticks)
def test_the_grid_is_every_step_but_the_ends(price: int, tick: int):
    expected = price % tick == 0 and 0 < price < PRICE_ONE
    assert on_tick(price, tick) == expected


@pytest.mark.parametrize(
    ("tick", "places"), [(1000, 1), (100, 2), (50, 3), (25, 4), (10, 3), (1, 4)]
)
def test_decimals_suffice_for_every_price_of_the_grid(tick: int, places: int):
    assert decimals(tick) == places
    widths = {len(format_price(price, places)) for price in range(tick, PRICE_ONE, tick)}
    assert widths == {2 + places}


@given(sides, st.integers(1, 9_999), st.integers(1, 9_999))
def test_the_sides_mirror_each_other(side: Side, price: int, worst: int):
    assert side.opposite.opposite is side
    assert side.within(price, worst) == side.opposite.within(worst, price)
    mirrored = side.opposite.within(PRICE_ONE - price, PRICE_ONE - worst)
    assert side.within(price, worst) == mirrored
    assert side.crosses(price, worst) == side.within(worst, price)
