"""Rows of the ladder, apart from how they are painted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyterm.models.enums import Side
from polyterm.models.money import PRICE_ONE, UNIT
from polyterm.widgets.ladder_rows import BAR_STEPS, centred, ladder_rows, round_scale
from tests.fakes.pictures import market, own_order, snapshot

HEIGHT = 15


def test_prices_fall_by_ticks_and_the_micro_price_stands_between_its_neighbours() -> None:
    rows = ladder_rows(snapshot(market()), centred(5540, HEIGHT, 100))
    labels = [row.label for row in rows]
    place = next(y for y, row in enumerate(rows) if row.is_micro)
    assert labels[place - 1 : place + 2] == ["0.56", "0.5540", "0.55"]
    assert rows[place].ask == "spread 0.01"
    prices = [row.price for row in rows if row.price is not None]
    assert prices == sorted(prices, reverse=True)


def test_sizes_stand_on_their_side_and_bars_are_in_proportion() -> None:
    rows = {row.label: row for row in ladder_rows(snapshot(market()), centred(5540, HEIGHT, 100))}
    assert (rows["0.54"].bid, rows["0.54"].ask) == ("1,240", "")
    assert (rows["0.58"].bid, rows["0.58"].ask) == ("", "2,000")
    assert rows["0.58"].ask_bar == BAR_STEPS
    assert rows["0.57"].ask_bar == 1
    assert rows["0.54"].bid_bar == 10


def test_the_band_is_never_narrower_than_a_tick_each_way() -> None:
    rows = ladder_rows(snapshot(market()), centred(5540, HEIGHT, 100))
    assert [row.label for row in rows if row.in_band] == ["0.56", "0.55"]
    fine = snapshot(market(tick=10), bids=((5530, 10),), asks=((5540, 10),))
    inside = [row.price for row in ladder_rows(fine, centred(5535, HEIGHT, 10)) if row.in_band]
    assert inside == [5560, 5550, 5540, 5530, 5520, 5510]


def test_own_orders_at_one_price_are_one_mark() -> None:
    picture = snapshot(market(), own=(own_order(5500, 100, 420), own_order(5500, 50, 600)))
    row = next(r for r in ladder_rows(picture, centred(5540, HEIGHT, 100)) if r.price == 5500)
    assert (row.own, row.ahead, row.own_side) == ("150", "420", Side.BUY)


def test_without_a_usable_book_there_is_no_micro_price_and_no_band() -> None:
    rows = ladder_rows(snapshot(market(), asks=()), centred(5500, HEIGHT, 100))
    assert not any(row.is_micro or row.in_band for row in rows)


@given(st.integers(1, 9_999), st.integers(1, 80), st.sampled_from([1000, 100, 10, 1]))
def test_a_window_always_shows_real_prices_where_there_are_enough(
    price: int, height: int, tick: int
) -> None:
    window = centred(price, height, tick)
    assert window.top <= PRICE_ONE - tick
    if height * tick <= PRICE_ONE - tick:
        assert window.bottom >= tick
    assert window.top % tick == 0


@given(st.integers(-500, 500))
def test_scrolling_never_leaves_the_prices(rows: int) -> None:
    window = centred(5500, HEIGHT, 100).moved(rows)
    assert 100 <= window.bottom <= window.top <= 9_900


@pytest.mark.parametrize(
    ("largest", "scale"), [(1, 1), (3, 5), (5, 5), (1_240, 2_000), (5_001, 10_000)]
)
def test_the_scale_of_the_bars_is_a_round_number(largest: int, scale: int) -> None:
    assert round_scale(largest * UNIT) == scale * UNIT
