from __future__ import annotations

import pytest

from polyterm.models.enums import Side
from polyterm.strategies.base import Cancel, Fail, Place, Replace, Resize, Wait
from polyterm.strategies.router import decide
from tests.strategies.factory import T0, cents, child, funds, kelly, order, seeded, shares, view

BOOK = view("0.40x100", "0.41x100")


def ask(state, market=BOOK):
    return decide(state, market, T0, seeded())


def unsized(**more):
    return order(kelly(**more.pop("params", {})), size="0", account=funds("1000"), **more)


def test_the_first_answer_is_the_size_at_our_own_price():
    decision = ask(unsized())
    assert isinstance(decision, Resize)
    assert decision.size == shares(833.33)
    assert decision.reason == "Kelly target 833.33 shares: edge 0.2000"


@pytest.mark.parametrize(
    ("params", "more", "size"),
    [
        ({"fraction": "0.5"}, {}, 416.66),
        ({"max_stake": "100"}, {}, 250),
        ({"bankroll": "300"}, {}, 250),
        ({}, {"cap": "77"}, 77),
    ],
    ids=["fraction", "largest stake", "bankroll", "typed size"],
)
def test_caps_bind(params, more, size: float):
    decision = ask(unsized(params=params, **more))
    assert isinstance(decision, Resize)
    assert decision.size == shares(size)


def test_once_sized_it_is_worked_by_the_micro_price():
    state = order(kelly(), size="833.33", account=funds("1000"))
    decision = ask(state)
    assert isinstance(decision, Place)
    assert (decision.price, decision.size) == (cents("0.40"), shares(833.33))


def test_without_an_edge_it_fails_and_says_why():
    decision = ask(unsized(params={"probability": "0.35"}))
    assert isinstance(decision, Fail)
    assert "no edge: probability 0.35 is not above 0.40" in decision.reason


def test_what_is_held_already_counts():
    state = order(kelly(), size="0", account=funds("700", held="500", worth="200"))
    decision = ask(state)
    assert isinstance(decision, Resize)
    assert decision.size == shares(250)


def test_a_sell_is_sized_by_what_is_held_and_may_be_sold():
    state = order(
        kelly("0.30"), Side.SELL, size="0", limit="0.35", account=funds("1000", "200", worth="80")
    )
    decision = ask(state)
    assert isinstance(decision, Resize)
    assert decision.size == shares(200)


def test_a_small_change_is_left_alone():
    account = funds("680", open_buys="320")
    state = order(kelly(), size="800", working=[child("0.40", "800", age_s=9)], account=account)
    assert isinstance(ask(state), Wait)


def test_a_larger_target_is_set_and_a_smaller_one_takes_the_child_out_first():
    grown = order(
        kelly(), size="400", working=[child("0.40", "400", age_s=9)], account=funds("1000")
    )
    assert isinstance(ask(grown), Resize)
    shrunk = order(
        kelly(), size="1200", working=[child("0.40", "1200", age_s=9)], account=funds("1000")
    )
    assert isinstance(ask(shrunk), Cancel)


def test_the_size_rests_between_two_looks():
    state = order(
        kelly(),
        size="400",
        working=[child("0.40", "400", age_s=9)],
        account=funds("1000"),
        resized_s_ago=4,
    )
    decision = ask(state)
    assert isinstance(decision, Wait)
    assert decision.until_ms == T0 + 5_000


def test_it_never_bids_at_its_reservation_price():
    state = order(
        kelly("0.46"), size="160", working=[child("0.42", "42", age_s=9)], account=funds("1000")
    )
    followed = ask(state, view("0.44x100", "0.45x5"))
    assert isinstance(followed, Replace)
    assert followed.price == cents("0.44")
    stopped = ask(state, view("0.49x100", "0.50x5"))
    assert isinstance(stopped, Wait)
    assert "no edge" in stopped.reason


def test_a_child_whose_price_lost_its_edge_is_taken_out_and_the_order_waits():
    account = funds("700", held="500", worth="200")
    state = order(kelly(fraction="0.5"), size="600", filled="500", children=1, account=account)
    assert isinstance(ask(state), Wait)
    working = order(
        kelly(fraction="0.5"),
        size="600",
        filled="500",
        working=[child("0.40", "100", age_s=9)],
        account=account,
    )
    assert isinstance(ask(working), Cancel)


def test_a_move_up_never_outgrows_the_largest_stake():
    state = order(
        kelly(max_stake="40"),
        size="100",
        working=[child("0.40", "100", age_s=9)],
        account=funds("1000"),
    )
    decision = ask(state, view("0.44x100", "0.45x5"))
    assert isinstance(decision, Cancel)
    assert decision.reason.endswith("move to 0.44, with 90.9 shares")


def test_a_move_up_that_would_be_too_much_there_is_made_with_fewer_shares():
    state = order(
        kelly("0.45"), size="123", working=[child("0.42", "123", age_s=9)], account=funds("1000")
    )
    decision = ask(state, view("0.44x100", "0.45x5"))
    assert isinstance(decision, Cancel)
    assert decision.reason.endswith("move to 0.44, with 40.58 shares")


def test_what_was_paid_counts_towards_the_largest_stake():
    state = order(
        kelly(max_stake="40"), size="100", filled="50", paid="30", children=1, account=funds("1000")
    )
    decision = ask(state)
    assert isinstance(decision, Resize)
    assert decision.size == shares(75)


def test_without_an_account_it_waits():
    assert ask(order(kelly(), size="0")) == Wait("the account is not known yet")


HEDGED = funds("700", opposite="500", worth="0")
"""700 if our token wins and 1200 if not: at 0.60 indifferent at a price of 0.72."""


def test_a_hedge_is_bought_below_the_reservation_price_only():
    params, market = kelly("0.60", "0.5"), view("0.75x100", "0.76x100")
    decision = ask(order(params, size="170", limit="0.80", account=HEDGED, children=1), market)
    assert isinstance(decision, Place)
    assert decision.price == cents("0.72")
    above = [child("0.75", "170", age_s=9)]
    assert ask(
        order(params, size="170", limit="0.80", account=HEDGED, working=above), market
    ) == Cancel(child().child_id, "0.75 is beyond the reservation price 0.72")


def test_a_change_too_small_to_resize_for_still_binds_what_is_sent():
    state = order(
        kelly(max_stake="40"),
        size="100",
        filled="50",
        paid="22",
        children=1,
        account=funds("1000", held="50", worth="20"),
    )
    decision = ask(state)
    assert isinstance(decision, Place)
    assert decision.size == shares(45)
