from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from polyterm.models.enums import EndAction, OrderType, Side, Urgency
from polyterm.models.money import PRICE_ONE
from polyterm.strategies.adaptation import step
from polyterm.strategies.base import URGENCY, Done, Place, Replace, Wait
from polyterm.strategies.router import decide
from tests.strategies.adversary import Case, cases
from tests.strategies.factory import T0, cents, child, iceberg, micro, order, seeded, shares, view
from tests.strategies.test_invariants import thorough

CENT = PRICE_ONE // 100


@pytest.mark.parametrize(
    ("urgency", "patience_s", "moves", "step_cents"),
    [(Urgency.LOW, 60, 3, 0.3), (Urgency.MEDIUM, 30, 5, 0.5), (Urgency.HIGH, 10, 10, 1.0)],
)
def test_a_profile_is_patience_adjustments_and_step(
    urgency: Urgency, patience_s: int, moves: int, step_cents: float
):
    profile = URGENCY[urgency]
    assert (profile.patience_ms, profile.max_adjustments) == (patience_s * 1000, moves)
    assert profile.step == round(step_cents * CENT)
    assert step(profile, tick=CENT) == CENT
    assert step(profile, tick=CENT // 10) == profile.step


def test_a_child_that_takes_has_its_part_of_the_level_and_one_that_rests_of_the_volume():
    state = order(iceberg("40", tranche_variation="0"), urgency=Urgency.HIGH)
    state = replace(state, volume_cap=0.25)
    taking = decide(state, view(asks="0.54x80", traded="4000"), T0, seeded())
    assert isinstance(taking, Place)
    assert (taking.price, taking.size) == (cents("0.54"), shares(20))
    resting = decide(replace(state, urgency=Urgency.LOW), view(traded="60"), T0, seeded())
    assert isinstance(resting, Place)
    assert resting.size == shares(15)


def test_what_the_cap_leaves_of_a_child_that_takes_must_still_be_worth_a_dollar():
    state = order(iceberg("40", tranche_variation="0"), urgency=Urgency.HIGH)
    cheap = view("0.09x90", "0.10x40", traded="4000")
    held = decide(replace(state, volume_cap=0.2), cheap, T0, seeded())
    assert held == Wait("the volume cap of 20% leaves 8 shares")
    taking = decide(replace(state, volume_cap=0.25), cheap, T0, seeded())
    assert isinstance(taking, Place)
    assert taking.size == shares(10)


def test_what_the_cap_leaves_too_little_for_waits_or_at_the_deadline_ends():
    state = replace(order(micro()), volume_cap=0.1)
    held = decide(state, view(traded="20"), T0, seeded())
    assert held == Wait("the volume cap of 10% leaves 2 shares")
    ending = replace(state, deadline_ms=T0, end_action=EndAction.CROSS)
    assert decide(ending, view(traded="20"), T0, seeded()) == Done(
        "deadline: the volume cap of 10% leaves 2 shares"
    )


def test_a_child_is_not_moved_to_take_more_than_its_part_of_the_level():
    state = order(iceberg("20"), working=[child("0.53", age_s=90)], limit="0.60")
    crossing = decide(state, view("0.50x9", "0.54x30"), T0, seeded())
    assert isinstance(crossing, Replace)
    assert crossing.price == cents("0.54")
    held = decide(replace(state, volume_cap=0.1), view("0.50x9", "0.54x30"), T0, seeded())
    assert held == Wait("holding: the volume cap of 10% allows to take 3 shares")


@thorough
@given(cases)
def test_no_child_passes_the_cap(drawn: Case):
    state, view = drawn.order, drawn.view
    decision = drawn.decision()
    if state.volume_cap is None or not isinstance(decision, Place | Replace):
        return
    best = view.book.side(state.side.opposite)[0]
    size = decision.size if isinstance(decision, Place) else state.working[0].remaining
    if state.side.crosses(decision.price, best.price):
        assert size <= state.volume_cap * best.size
    if isinstance(decision, Place):
        assert decision.order_type in {OrderType.GTC, OrderType.FAK}
        ours = state.filled - state.filled_before + size
        assert ours <= state.volume_cap * view.traded
    assert state.side in Side
