from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyterm.models.money import (
    PPM,
    PRICE_ONE,
    UNIT,
    ceil_to,
    floor_to,
    format_price,
    format_units,
    notional,
    notional_up,
    parse_ppm,
    parse_price,
    parse_units,
    price_decimal,
    taker_fee,
    taker_fee_up,
    unit_decimal,
)

prices = st.integers(0, PRICE_ONE)
amounts = st.integers(-(10**15), 10**15)
sizes = st.integers(0, 10**13)
rates = st.integers(0, 250_000)


@given(prices, st.integers(0, 4))
def test_a_price_reads_back_as_it_was_written(price: int, decimals: int):
    text = format_price(price, decimals)
    assert parse_price(text) == price
    assert Decimal(text) == price_decimal(price)


@given(amounts, st.integers(0, 6))
def test_an_amount_reads_back_as_it_was_written(amount: int, decimals: int):
    text = format_units(amount, decimals)
    assert parse_units(text) == amount
    assert Decimal(text) == unit_decimal(amount)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(5_000_000, 0, "5"), (5_000_000, 2, "5.00"), (-1_500_000, 0, "-1.5"), (1, 2, "0.000001")],
)
def test_an_amount_shows_at_least_so_many_decimals(value: int, decimals: int, text: str):
    assert format_units(value, decimals) == text


@pytest.mark.parametrize("text", ["", "x", "0.55555", "nan", "inf", "-inf", "1/2"])
def test_a_price_that_is_none_is_refused(text: str):
    with pytest.raises(ValueError, match=r"not a number|too many decimals"):
        parse_price(text)


def test_a_rate_is_read_in_parts_per_million():
    assert parse_ppm("0.07") == 70_000


@given(prices, sizes)
def test_worth_is_rounded_to_either_side_of_the_exact_product(price: int, size: int):
    exact = Fraction(price * size, PRICE_ONE)
    assert notional(price, size) <= exact <= notional_up(price, size)
    assert notional_up(price, size) - notional(price, size) in {0, 1}
    assert (notional(price, size) == exact) == (notional_up(price, size) == exact)


@given(prices, sizes, rates, st.integers(1, 2))
def test_the_fee_is_the_formula_rounded_to_five_decimals(
    price: int, size: int, rate: int, exponent: int
):
    p = Fraction(price, PRICE_ONE)
    exact = Fraction(size, UNIT) * Fraction(rate, PPM) * (p * (1 - p)) ** exponent
    scaled = exact * 100_000
    rounded = int(scaled + Fraction(1, 2))
    assert taker_fee(price, size, rate, exponent) == rounded * 10


@given(prices, sizes, rates)
def test_what_is_reserved_covers_the_fee_however_it_is_rounded(price: int, size: int, rate: int):
    exact = Fraction(size * rate * price * (PRICE_ONE - price), PPM * PRICE_ONE**2)
    assert taker_fee_up(price, size, rate) >= exact
    assert taker_fee_up(price, size, rate) >= taker_fee(price, size, rate)


@pytest.mark.parametrize(
    ("price", "shares", "rate", "fee"),
    [("0.50", "100", "0.07", "1.75"), ("0.40", "100", "0.072", "1.728"), ("0.5", "100", "0", "0")],
)
def test_the_fee_of_known_trades(price: str, shares: str, rate: str, fee: str):
    paid = taker_fee(parse_price(price), parse_units(shares), parse_ppm(rate))
    assert unit_decimal(paid) == Decimal(fee).quantize(Decimal("0.00001"), ROUND_HALF_UP)


@given(amounts, st.integers(1, 10_000))
def test_floor_and_ceiling_enclose_the_value_within_one_step(value: int, step: int):
    low, high = floor_to(value, step), ceil_to(value, step)
    assert low <= value <= high
    assert low % step == high % step == 0
    assert high - low in {0, step}
