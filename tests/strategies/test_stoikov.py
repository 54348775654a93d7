from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from polyterm.models.book import BookTop, Level
from polyterm.models.money import UNIT
from polyterm.simulator.recording import BookRow
from polyterm.simulator.recording_file import open_recording
from polyterm.strategies.base import Place
from polyterm.strategies.router import decide
from polyterm.strategies.stoikov import estimate, fit
from tests.recordings import RECORDED, recordings
from tests.strategies.factory import T0, cents, micro, order, seeded, view

TICK = 100


def top(bid: int, bid_size: float, ask_size: float, spread: int = 1) -> BookTop:
    bids, asks = round(bid_size * UNIT), round(ask_size * UNIT)
    return BookTop((Level(bid, bids),), (Level(bid + spread * TICK, asks),))


def walk(strength: float, count: int = 20_000) -> list[BookTop]:
    """A mid that follows the imbalance with that strength; 0 is no relation at all."""
    draw, bid, tops = Random(3), 5_000, list[BookTop]()
    for _ in range(count):
        share = draw.uniform(0.01, 0.99)
        tops.append(top(bid, share * 100, (1 - share) * 100))
        if draw.random() < 0.3:
            is_up = draw.random() < 0.5 + strength * (share - 0.5)
            bid += TICK if is_up else -TICK
    return tops


def test_the_table_grows_with_the_imbalance_and_mirrors():
    table = fit(walk(0.9), TICK, buckets=6, spreads=1)
    (row,) = table
    assert list(row) == sorted(row)
    assert row[5] > 0.2
    assert [-value for value in reversed(row)] == pytest.approx(list(row), abs=1e-9)


def test_an_imbalance_that_tells_nothing_moves_nothing():
    (row,) = fit(walk(0.0), TICK, buckets=4, spreads=1)
    assert all(abs(value) < 0.08 for value in row)


def test_the_estimate_is_the_mid_and_so_many_ticks():
    table = ((-0.5, 0.5), (-1.0, 1.0))
    assert estimate(top(5_000, 90, 10), TICK, table) == 5_050 + 50
    assert estimate(top(5_000, 10, 90, spread=2), TICK, table) == 5_100 - 100
    assert estimate(top(5_000, 10, 90, spread=7), TICK, table) == 5_350 - 100
    assert estimate(BookTop(), TICK, table) is None


def test_a_state_that_was_never_seen_moves_nothing():
    assert fit([top(5_000, 50, 50)] * 5, TICK, buckets=2, spreads=2) == ((0.0, 0.0), (0.0, 0.0))


def test_an_order_with_a_table_follows_its_estimate():
    book = view("0.50x100", "0.54x100")
    plain = decide(order(micro()), book, T0, seeded())
    table = ((0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (-1.0, -1.0))
    params = micro().model_copy(update={"imbalance_table": table})
    lower = decide(replace(order(), params=params), book, T0, seeded())
    assert isinstance(plain, Place)
    assert isinstance(lower, Place)
    assert (plain.price, lower.price) == (cents("0.51"), cents("0.51"))
    assert lower.reason == "rest at 0.51, micro-price 0.51"


@pytest.mark.skipif(not RECORDED.exists(), reason="the recordings are not here")
def test_on_real_books_imbalance_pulls_the_price_its_way():
    tops = [
        BookTop(row.bids, row.asks)
        for path in recordings()
        for row in open_recording(path).rows()
        if isinstance(row, BookRow) and row.bids and 1_000 < row.bids[0].price < 9_000
    ]
    table = fit(tops, TICK)
    assert table[0][0] < -0.3
    assert table[0][5] > 0.3
