"""Numbers as the screen writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyterm.models.money import UNIT, format_dollars
from polyterm.widgets.numbers import (
    bar_text,
    clock_text,
    fit,
    micro_text,
    price_text,
    seconds_text,
    size_text,
)


@pytest.mark.parametrize(
    ("size", "width", "text"),
    [
        (5 * UNIT, 7, "5"),
        (5_250_000, 7, "5.25"),
        (1_240 * UNIT, 7, "1,240"),
        (1_240_500_000, 7, "1,240"),
        (123_456 * UNIT, 7, "123,456"),
        (1_234_567 * UNIT, 7, "1.23M"),
        (10_000_000 * UNIT, 7, "10.00M"),
        (999_999_999 * UNIT, 7, "999.99M"),
        (12_345 * UNIT, 5, "12k"),
    ],
)
def test_sizes_are_grouped_then_shortened(size: int, width: int, text: str) -> None:
    assert size_text(size, width) == text


@given(st.integers(0, 10**16), st.integers(7, 14))
def test_a_size_never_outgrows_its_column(size: int, width: int) -> None:
    assert len(size_text(size, width)) <= width


@pytest.mark.parametrize(
    ("dollars", "text"),
    [(0, "$0.00"), (1_234_567_890, "$1,234.56"), (-5_500_000, "-$5.50"), (-9_999, "-$0.00")],
)
def test_dollars_are_cut_not_rounded(dollars: int, text: str) -> None:
    assert format_dollars(dollars) == text


@given(st.floats(0, 1), st.integers(1, 30))
def test_a_bar_always_has_its_width_and_never_claims_more_than_there_is(
    fraction: float, width: int
) -> None:
    bar = bar_text(fraction, width)
    assert len(bar) == width
    assert bar.count("█") <= fraction * width
    assert (bar == "█" * width) == (fraction == 1) or fraction > 1 - 1 / (8 * width)


@pytest.mark.parametrize(
    ("age_ms", "text"),
    [(None, "–"), (120, "0.1s"), (12_400, "12s"), (180_000, "3m"), (10_800_000, "3h")],
)
def test_ages_get_coarser_as_they_grow(age_ms: int | None, text: str) -> None:
    assert seconds_text(age_ms) == text


def test_prices_have_the_decimals_of_their_grid() -> None:
    assert price_text(5500) == "0.55"
    assert price_text(9990, tick=10) == "0.999"
    assert price_text(None) == "–"
    assert micro_text(5534.4) == "0.5534"


def test_times_are_utc() -> None:
    assert clock_text(1_795_183_200_000) == "14:00:00"


def test_a_cut_text_says_so() -> None:
    assert fit("abcdef", 4) == "abc…"
    assert fit("abc", 4) == "abc"
