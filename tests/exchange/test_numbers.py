from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyterm.exchange.numbers import (
    Number,
    UnreadableError,
    balance,
    is_micro,
    millis,
    near_price,
    near_units,
    optional_price,
    price,
    units,
)
from polyterm.models.money import format_price, format_units, parse_price, parse_units

spellings = st.one_of(
    st.from_regex(r"[+-]?[0-9]{0,12}(\.[0-9]{0,8})?([eE][+-]?[0-9])?", fullmatch=True),
    st.text(alphabet="0123456789.-+_ eEnaif", max_size=12),
    st.decimals(allow_nan=False, allow_infinity=False, places=6).map(str),
)


@given(spellings)
def test_sizes_and_prices_are_read_exactly_as_money_reads_them(text: str) -> None:
    for fast, exact in ((price, parse_price), (units, parse_units)):
        try:
            expected = exact(text)
        except ValueError:
            with pytest.raises(UnreadableError):
                fast(text)
        else:
            assert fast(text) == expected


@given(st.integers(0, 10**16), st.integers(0, 6))
def test_every_size_survives_its_spelling(size: int, decimals: int) -> None:
    assert units(format_units(size, decimals)) == size


@given(st.integers(1, 9_999), st.integers(0, 4))
def test_every_price_survives_its_spelling(value: int, decimals: int) -> None:
    assert price(format_price(value, decimals)) == value


@pytest.mark.parametrize(
    ("written", "expected"),
    [(5, 5_000_000), (0.01, 10_000), (1e-06, 1), ("0", 0), ("7.", 7 * 10**6)],
)
def test_bare_numbers_are_read_by_their_shortest_spelling(written: Number, expected: int) -> None:
    assert units(written) == expected


@pytest.mark.parametrize("written", ["", None, "0", "1", 0, "0.0"])
def test_an_empty_side_has_no_best_price(written: Number) -> None:
    assert optional_price(written) is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1703875200000", 1_703_875_200_000),
        (1703875200000, 1_703_875_200_000),
        ("1703875200", 1_703_875_200_000),
        (1703875200, 1_703_875_200_000),
        ("1703875200.5", 1_703_875_200_500),
        ("2024-01-01T00:00:00Z", 1_704_067_200_000),
        ("2026-03-19 23:20:15+00", 1_773_962_415_000),
        ("2024-01-01", 1_704_067_200_000),
        ("", None),
        (None, None),
        ("soon", None),
        ("NaN", None),
    ],
)
def test_times_are_told_by_magnitude_and_spelling(written: Number, expected: int | None) -> None:
    assert millis(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [("1000000000", 1_000_000_000), ("250.500000", 250_500_000), ("0", 0), (None, 0), ("0.0", 0)],
)
def test_a_balance_is_in_millionths_unless_it_has_a_point(written: Number, expected: int) -> None:
    assert balance(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [("100", False), ("100.0000", False), ("5000000", True), ("4999999", False), ("", False)],
)
def test_a_size_of_millions_without_a_point_is_in_millionths(
    written: Number, expected: bool
) -> None:
    assert is_micro(written) is expected


def test_what_is_ours_is_rounded_rather_than_lost() -> None:
    assert near_price("0.523333333") == 5233
    assert near_units("24.999999966") == 25_000_000
    assert near_units("") == 0
    with pytest.raises(UnreadableError):
        near_units("many")
    assert near_units(str(Decimal("1e-7"))) == 0
