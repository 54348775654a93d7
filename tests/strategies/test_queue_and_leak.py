from __future__ import annotations

from dataclasses import replace

import pytest

from polyterm.models.enums import Side
from polyterm.strategies.base import Cancel, Replace, Wait, Working
from polyterm.strategies.queue_value import front, place_value
from polyterm.strategies.router import decide
from tests.strategies.factory import T0, child, iceberg, micro, order, seeded, shares, view


def queued(price: str, ahead: float, age_s: float = 10) -> Working:
    return replace(child(price, "20", age_s=age_s), ahead=shares(ahead))


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [(None, 0.0), (0, 80 / 100), (40, 40 / 100), (80, 0.0), (500, 0.0)],
    ids=["not known", "first", "in the middle", "last", "more than is there"],
)
def test_a_place_counts_by_what_stands_behind_it(ahead: float | None, expected: float):
    working = child("0.50", "20") if ahead is None else queued("0.50", ahead)
    assert front(working, view("0.50x80", "0.52x50"), Side.BUY) == pytest.approx(expected)
    value = place_value(working, view("0.50x80", "0.52x50"), Side.BUY)
    assert value == pytest.approx(100 * expected)


def test_a_move_that_gains_less_than_the_place_is_not_made():
    # The band of +-100 around 5172 ends 72 above the child: outside by more than the hysteresis.
    book = view("0.50x90", "0.52x15", tick="0.01")
    state = order(micro(hysteresis_ticks=0), working=[queued("0.50", 0)])
    kept = decide(state, book, T0, seeded())
    assert isinstance(kept, Wait)
    assert "place in the queue is worth more" in kept.reason
    last = decide(replace(state, working=(queued("0.50", 90),)), book, T0, seeded())
    assert isinstance(last, Replace)


def test_hysteresis_keeps_a_child_that_is_barely_out_of_the_band():
    book = view("0.50x90", "0.52x15")
    state = order(micro(), working=[child("0.50", age_s=10)])
    assert isinstance(decide(state, book, T0, seeded()), Replace)
    held = decide(replace(state, params=micro(hysteresis_ticks=1)), book, T0, seeded())
    assert isinstance(held, Wait)


def test_the_front_of_a_queue_is_given_more_patience():
    book = view("0.50x80", "0.54x100")
    first = decide(order(working=[queued("0.50", 0, age_s=31)]), book, T0, seeded())
    assert isinstance(first, Wait)
    last = decide(order(working=[queued("0.50", 80, age_s=31)]), book, T0, seeded())
    assert isinstance(last, Replace)


def test_a_tranche_that_is_over_its_time_joins_the_next():
    state = order(iceberg(tranche_timeout_s="20"), working=[child("0.51", age_s=20)])
    over = decide(state, view(), T0, seeded())
    assert isinstance(over, Cancel)
    young = replace(state, working=(child("0.51", age_s=5),))
    wait = decide(young, view(), T0, seeded())
    assert isinstance(wait, Wait)
    assert wait.until_ms == T0 + 15_000


def test_the_leak_meter_is_told_while_a_tranche_rests():
    state = replace(order(working=[child("0.51")], children=7), stepped_ahead=3)
    wait = decide(state, view(), T0, seeded())
    assert isinstance(wait, Wait)
    assert "(others stepped ahead of 3 of 7)" in wait.reason


BOOKS = {
    "no bids": ("", "0.54x10", "one side of the book is empty"),
    "no asks": ("0.50x10", "", "one side of the book is empty"),
    "crossed": ("0.55x10", "0.54x10", "the book is crossed"),
    "locked": ("0.54x10", "0.54x10", "the book is locked"),
}


@pytest.mark.parametrize("name", BOOKS)
def test_a_micro_price_order_waits_on_a_book_without_a_middle(name: str):
    bids, asks, reason = BOOKS[name]
    assert decide(order(micro()), view(bids, asks), T0, seeded()) == Wait(reason)


def test_a_micro_price_order_waits_on_a_stale_book():
    assert decide(order(micro()), view(fresh=False), T0, seeded()) == Wait("the book is not fresh")
