from __future__ import annotations

from dataclasses import replace

import pytest

from polyterm.models.ids import TokenId
from polyterm.strategies.event_orders import EventStakes, Offer, size_event
from tests.strategies.factory import cents, shares

P = (0.45, 0.30, 0.15, 0.10)
OFFERS = [
    Offer(TokenId(str(number)), number, False, cents(price), 0, shares(5))
    for number, price in enumerate(("0.38", "0.28", "0.20", "0.17"))
]


def sized(offers: list[Offer] = OFFERS, p=P, cash: float = 10_000, **more) -> EventStakes:
    more.setdefault("fraction", 1.0)
    return size_event(p, offers, bankroll=shares(10_000), cash=shares(cash), **more)


def counts(stakes: EventStakes) -> list[float]:
    return [one.size / shares(1) for one in stakes.wanted]


def test_the_vector_of_four_outcomes_in_shares_and_its_hedge_is_called_one():
    stakes = sized()
    assert counts(stakes) == pytest.approx([4_699.2, 3_571.4, 357.1, 0], abs=2)
    assert [one.is_hedge for one in stakes.wanted] == [False, False, True, False]
    assert stakes.growth == pytest.approx(0.01998, abs=5e-6)
    assert stakes.cost == pytest.approx(shares(2_857), abs=shares(2))


def test_without_hedges_only_what_has_an_edge_is_bought():
    stakes = sized(hedges=False)
    assert counts(stakes)[2:] == [0, 0]
    assert counts(stakes)[0] > 0
    assert stakes.growth < sized().growth


def test_half_kelly_is_half_of_it():
    half = counts(sized(fraction=0.5))
    assert half == pytest.approx([n / 2 for n in counts(sized())], abs=0.02)


def test_what_is_held_already_counts_against_the_fraction():
    held = [replace(OFFERS[0], held=shares(2_000)), *OFFERS[1:]]
    full, half = counts(sized(held)), counts(sized(held, fraction=0.5))
    assert full[0] < counts(sized())[0]
    assert half[0] == pytest.approx(max((2_000 + full[0]) / 2 - 2_000, 0), abs=0.02)


def test_the_cash_there_is_bounds_all_of_them_alike():
    stakes, free = sized(cash=500), sized()
    assert shares(499) < stakes.cost <= shares(500)
    assert counts(stakes)[0] / counts(stakes)[1] == pytest.approx(
        counts(free)[0] / counts(free)[1], rel=1e-3
    )


def test_what_cannot_be_sent_is_left_out_and_says_so():
    stakes = size_event(P, OFFERS, bankroll=shares(50), cash=shares(50), fraction=1.0)
    assert counts(stakes)[2] == 0
    assert stakes.wanted[2].note == "1.78 shares wanted, below the market's minimum of 5 shares"
    assert not stakes.wanted[2].is_hedge


def test_an_outcome_that_nobody_named_keeps_its_probability():
    named = sized(OFFERS[:2], (0.45, 0.30))
    every = sized()
    assert counts(named)[0] < counts(every)[0]
    with pytest.raises(ValueError, match="more than 1"):
        sized(OFFERS[:2], (0.6, 0.5))


def test_the_other_sides_may_do_better():
    no = [
        Offer(TokenId(f"9{one.outcome}"), one.outcome, True, cents(price), 0, shares(5))
        for one, price in zip(OFFERS, ("0.64", "0.74", "0.82", "0.85"), strict=True)
    ]
    both = sized([*OFFERS, *no])
    assert both.growth == pytest.approx(0.02078, abs=5e-6)
    assert both.wanted[7].size > 0
