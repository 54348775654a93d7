from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyterm.models.book import Level
from polyterm.models.enums import EndAction, OrderType, Side
from polyterm.models.market import FeeSchedule
from polyterm.models.money import SIZE_STEP, UNIT
from polyterm.strategies.base import Done, Place
from polyterm.strategies.kelly_sizing import KellyInputs, kelly_bet, size_kelly
from polyterm.strategies.kelly_walk import walk_book
from polyterm.strategies.router import decide
from tests.strategies.factory import (
    T0,
    cents,
    funds,
    kelly,
    levels,
    market,
    order,
    seeded,
    shares,
    view,
)
from tests.strategies.test_kelly_sizing import FLAT, HOLDING

TAKING = replace(FLAT, takes=True, price=cents("0.59"))


def test_one_deep_level_is_the_plain_size():
    walked = walk_book(TAKING, levels("0.40x9000"))
    assert (walked.size, walked.price) == (shares(833.33), cents("0.40"))


def test_what_one_level_gave_counts_at_the_next():
    walked = walk_book(TAKING, levels("0.40x300 0.45x100 0.50x9000"))
    at_once = size_kelly(replace(TAKING, price=cents("0.50"))).shares
    assert shares(400) < walked.size < shares(833.33)
    assert walked.price == cents("0.50")
    assert walked.size > at_once


def test_nothing_beyond_the_limit_or_the_reservation_price():
    limited = walk_book(replace(TAKING, price=cents("0.44")), levels("0.40x50 0.45x900"))
    assert (limited.size, limited.price) == (shares(50), cents("0.40"))
    stopped = walk_book(replace(TAKING, price=cents("0.99")), levels("0.40x50 0.60x900"))
    assert (stopped.size, stopped.price) == (shares(50), cents("0.40"))
    assert walk_book(TAKING, ()).size == 0


def test_a_fee_takes_less():
    dear = replace(TAKING, fees=FeeSchedule(70_000))
    assert walk_book(dear, levels("0.40x9000")).size < shares(833.33)


def test_a_sell_walks_the_bids_down():
    selling = replace(HOLDING, side=Side.SELL, probability=0.35, price=cents("0.36"), takes=True)
    walked = walk_book(selling, levels("0.40x100 0.38x9000 0.35x9000"))
    assert walked.price == cents("0.38")
    assert walked.size > shares(100)


books = st.lists(
    st.tuples(st.integers(20, 80), st.integers(1, 500)),
    min_size=1,
    max_size=6,
    unique_by=lambda x: x[0],
).map(lambda drawn: [Level(price * 100, size * UNIT) for price, size in sorted(drawn)])


@given(
    book=books,
    probability=st.floats(0.05, 0.95),
    fraction=st.floats(0.1, 1),
    held=st.integers(0, 500),
    rate=st.sampled_from([0, 40_000, 70_000]),
)
def test_after_the_walk_nothing_more_is_wanted_at_the_last_price(
    book: list[Level], probability: float, fraction: float, held: int, rate: int
):
    inputs = replace(
        TAKING,
        price=cents("0.80"),
        probability=probability,
        fraction=fraction,
        held=held * UNIT,
        fees=FeeSchedule(rate),
    )
    walked = walk_book(inputs, book)
    assert walked.size % SIZE_STEP == 0
    assert walked.size <= sum(size for _, size in book)
    if walked.size == sum(size for price, size in book if price <= walked.price):
        return
    assert _wanted_after(inputs, book, walked.size) <= 0.02


def _wanted_after(inputs: KellyInputs, book: list[Level], size: int) -> float:
    right = wrong = 0.0
    wanted = 0.0
    left = size / UNIT
    for price, displayed in book:
        bet = kelly_bet(replace(inputs, price=price))
        assert bet is not None
        taken = min(displayed / UNIT, left)
        right, wrong = right + taken * (1 - bet.all_in), wrong - taken * bet.all_in
        here = replace(bet, if_right=bet.if_right + right, if_wrong=bet.if_wrong + wrong)
        wanted, left = here.shares_wanted(inputs.fraction), left - taken
        if taken < displayed / UNIT:
            break
    return wanted


def ending(asks: str, probability: str = "0.60", **more: str):
    state = order(
        kelly(probability, "0.5", **more),
        size="400",
        limit="0.58",
        deadline_s=0,
        end_action=EndAction.CROSS,
        children=1,
        account=funds("1000"),
    )
    seen = view("0.39x100", asks)
    return decide(state, replace(seen, market=market(fee="0.07")), T0, seeded())


def test_the_deadline_takes_what_kelly_wants_at_the_prices_on_offer():
    taken = ending("0.42x100 0.50x900")
    assert isinstance(taken, Place)
    assert taken.order_type is OrderType.FAK
    assert shares(100) < taken.size < shares(400)
    assert taken.price == cents("0.50")


def test_the_deadline_takes_no_more_than_the_largest_stake():
    taken = ending("0.40x900", max_stake="40")
    assert isinstance(taken, Place)
    assert taken.size == shares(100)


def test_the_deadline_takes_nothing_without_an_edge_after_fees():
    assert ending("0.56x900", "0.57") == Done(
        "deadline: no more than 0 shares are worth taking now"
    )


@pytest.mark.parametrize("fraction", [0.25, 0.5, 1.0])
def test_a_smaller_fraction_takes_less(fraction: float):
    book = levels("0.40x200 0.45x200 0.50x200")
    full = walk_book(TAKING, book).size
    assert walk_book(replace(TAKING, fraction=fraction), book).size <= full
