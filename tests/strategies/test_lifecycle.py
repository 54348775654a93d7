from __future__ import annotations

from dataclasses import replace

import pytest

from polyterm.models.enums import EndAction, OrderType, Side
from polyterm.strategies.base import Cancel, Done, Fail, Place, Wait
from polyterm.strategies.router import decide
from tests.strategies.factory import (
    T0,
    cents,
    child,
    iceberg,
    kelly,
    market,
    micro,
    order,
    seeded,
    shares,
    view,
)

ALL = pytest.mark.parametrize("params", [iceberg(), micro(), kelly()], ids=lambda p: p.strategy)


def ask(state, market=None, now_ms: int = T0):
    return decide(state, market or view(), now_ms, seeded())


@ALL
def test_a_filled_order_is_done(params):
    assert ask(order(params, size="100", filled="100")) == Done("filled")


@ALL
def test_dust_counts_as_filled(params):
    assert ask(order(params, size="100", filled="99.996")) == Done("filled")


@ALL
def test_a_rest_below_the_minimum_is_done(params):
    assert ask(order(params, size="100", filled="96.8")) == Done(
        "rest of 3.2 shares is below the market's minimum of 5"
    )


@ALL
def test_a_closed_market_fails_the_order(params):
    closed = replace(view(), market=market(accepting=False))
    assert ask(order(params), closed) == Fail("the market does not take orders")


@ALL
def test_a_limit_that_the_grid_cannot_meet_fails_the_order(params):
    assert ask(order(params, limit="0.005")) == Fail(
        "the limit 0.005 leaves no price on the grid of 0.01"
    )
    assert isinstance(ask(order(params, Side.SELL, limit="0.995")), Fail)


@ALL
@pytest.mark.parametrize(
    ("book", "reason"),
    [
        (view(fresh=False), "the book is not fresh"),
        (view(bids=""), "one side of the book is empty"),
        (view("0.50x1", "0.50x1"), "the book is locked"),
        (view("0.51x1", "0.50x1"), "the book is crossed"),
    ],
    ids=["stale", "one-sided", "locked", "crossed"],
)
def test_an_unusable_book_is_waited_out_and_children_stay(params, book, reason: str):
    assert ask(order(params, working=[child(age_s=999)]), book) == Wait(reason)


@ALL
def test_a_child_without_a_word_from_the_exchange_is_not_touched(params):
    state = order(params, working=[child("0.30", age_s=999, live=False)])
    assert ask(state) == Wait("waiting for the exchange's word on the child at 0.30")


def test_a_wait_ends_at_the_deadline():
    decision = ask(order(iceberg(), working=[child("0.50")], deadline_s=7))
    assert decision == Wait("resting at 0.50", T0 + 7_000)


@pytest.mark.parametrize(
    ("action", "end"),
    [
        (EndAction.LEAVE, Done("deadline: what rests is left working", leave_working=True)),
        (EndAction.CANCEL, Done("deadline: the rest is cancelled")),
    ],
)
def test_the_deadline_ends_the_order(action: EndAction, end: Done):
    assert ask(order(working=[child()], deadline_s=0, end_action=action)) == end


def crossing(**more):
    return order(deadline_s=-1, end_action=EndAction.CROSS, **more)


def test_nothing_is_said_to_be_left_where_nothing_rests():
    state = order(deadline_s=0, end_action=EndAction.LEAVE)
    assert ask(state) == Done("deadline: nothing rests that could be left")


def test_crossing_first_takes_the_child_out():
    assert ask(crossing(working=[child()])) == Cancel(child().child_id, "deadline: about to cross")
    assert isinstance(ask(crossing(working=[child(live=False)])), Wait)


def test_crossing_takes_the_rest_within_the_limit_once():
    assert ask(crossing(filled="40", limit="0.555")) == Place(
        cents("0.55"), shares(60), "deadline: take up to 0.55", OrderType.FAK
    )
    assert isinstance(ask(crossing(filled="40", crossed=True)), Done)


def test_crossing_takes_nothing_beyond_the_limit():
    assert ask(crossing(limit="0.53")) == Done("deadline: 0.54 is beyond the limit 0.53")


def test_crossing_takes_nothing_worth_less_than_a_dollar():
    state = crossing(size="10")
    assert ask(state, view("0.05x9", "0.06x9")) == Done(
        "deadline: 10 shares at 0.06 are less than $1"
    )


def test_crossing_waits_a_while_for_a_usable_book():
    state = crossing()
    assert ask(state, view(fresh=False)) == Wait(
        "deadline: no usable book to cross yet", T0 + 29_000
    )
    assert isinstance(ask(state, view(fresh=False), T0 + 29_000), Done)
