from __future__ import annotations

from dataclasses import replace

import pytest

from polyterm.models.enums import Side, Urgency
from polyterm.strategies.base import Place, Replace, Wait
from polyterm.strategies.router import decide
from tests.strategies.factory import T0, cents, child, micro, order, seeded, shares, view


def ask(state, market):
    return decide(state, market, T0, seeded())


@pytest.mark.parametrize(
    ("side", "bids", "asks", "price"),
    [
        (Side.BUY, "0.50x100", "0.52x100", "0.51"),
        (Side.SELL, "0.50x100", "0.52x100", "0.51"),
        (Side.BUY, "0.50x100", "0.51x300", "0.50"),
        (Side.SELL, "0.50x300", "0.51x100", "0.51"),
        (Side.BUY, "0.40x100", "0.50x100", "0.41"),
        (Side.SELL, "0.50x100", "0.60x100", "0.59"),
        (Side.BUY, "0.70x100", "0.72x100", "0.60"),
    ],
    ids=["middle", "middle ask", "join", "join ask", "not far ahead", "not far ahead ask", "limit"],
)
def test_the_whole_rest_stands_at_the_micro_price_on_our_own_side(
    side: Side, bids: str, asks: str, price: str
):
    decision = ask(order(micro(), side, filled="40"), view(bids, asks))
    assert isinstance(decision, Place)
    assert (decision.price, decision.size, decision.post_only) == (cents(price), shares(60), True)


def test_inside_the_band_it_stays():
    state = order(micro(), working=[child("0.50", age_s=10)])
    assert ask(state, view("0.50x100", "0.52x100")) == Wait("resting at 0.50", T0 + 20_000)


@pytest.mark.parametrize(
    ("price", "bids", "asks", "to", "cause"),
    [
        ("0.50", "0.54x100", "0.56x100", "0.55", "0.50 is out of the band 0.54 to 0.56"),
        ("0.50", "0.46x100", "0.48x100", "0.47", "0.50 is out of the band 0.46 to 0.48"),
        ("0.50", "0.47x100", "0.53x100", "0.48", "0.50 is too far ahead of the next best 0.47"),
    ],
    ids=["left behind", "too dear", "too aggressive"],
)
def test_a_displaced_child_is_moved(price: str, bids: str, asks: str, to: str, cause: str):
    decision = ask(order(micro(), working=[child(price, age_s=10)]), view(bids, asks))
    assert isinstance(decision, Replace)
    assert decision.price == cents(to)
    assert decision.reason == f"{cause}, move to {to}"
    assert decision.post_only


def test_two_moves_are_an_interval_apart():
    state = order(micro(), working=[child("0.50", age_s=1)])
    decision = ask(state, view("0.54x100", "0.56x100"))
    assert isinstance(decision, Wait)
    assert decision.until_ms == T0 + 1_000


def test_the_last_move_counts_as_well():
    state = replace(order(micro(), working=[child("0.50", age_s=9)]), last_adjusted_ms=T0 - 500)
    decision = ask(state, view("0.54x100", "0.56x100"))
    assert isinstance(decision, Wait)
    assert decision.until_ms == T0 + 1_500


def test_out_of_adjustments_it_holds_and_says_so():
    state = order(micro(), working=[child("0.50", age_s=9)], adjustments=10)
    decision = ask(state, view("0.54x100", "0.56x100"))
    assert decision == Wait(
        "all 10 adjustments used: holding, 0.50 is out of the band 0.54 to 0.56"
    )


def test_at_its_limit_it_stays_however_far_the_market_runs():
    state = order(micro(), working=[child("0.60", age_s=5)])
    assert isinstance(ask(state, view("0.70x100", "0.72x100")), Wait)


def test_out_of_patience_it_steps_within_the_band():
    state = order(micro(), working=[child("0.50", age_s=30)])
    decision = ask(state, view("0.50x100", "0.52x110"))
    assert isinstance(decision, Replace)
    assert decision.price == cents("0.51")
    assert decision.reason.startswith("not filled: 30 s at 0.50")


def test_a_step_never_crosses_even_where_taking_is_allowed():
    state = order(micro(), working=[child("0.50", age_s=90)], urgency=Urgency.HIGH)
    assert isinstance(ask(state, view("0.50x100", "0.51x90")), Wait)


def test_after_a_child_has_ended_it_pauses_for_the_interval():
    state = order(micro(), children=1, ended_s_ago=0.5)
    assert ask(state, view()) == Wait("pause after the last child", T0 + 1_500)


def test_a_step_ends_at_the_edge_of_the_band():
    state = order(micro(aggression_bps=1_000), working=[child("0.51", age_s=30)])
    assert ask(state, view("0.50x10", "0.56x110")) == Wait(
        "resting at 0.51, as far as band and limit allow"
    )
