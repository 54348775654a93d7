from __future__ import annotations

import pytest

from polyterm.models.enums import Side, Urgency
from polyterm.strategies.adaptation import Answer, adapt
from tests.strategies.factory import T0, cents, child, order, view

PATIENT, LATE = 5, 61


@pytest.mark.parametrize(
    ("side", "resting", "bids", "asks", "age_s", "answer", "to"),
    [
        (Side.BUY, "0.50", "0.50x10", "0.54x10", PATIENT, Answer.WAIT, "0.50"),
        (Side.BUY, "0.50", "0.50x10", "0.54x10", LATE, Answer.INCREASE_BID, "0.51"),
        (Side.BUY, "0.50", "0.51x10", "0.54x10", 13, Answer.INCREASE_BID, "0.51"),
        (Side.BUY, "0.60", "0.60x10", "0.64x10", LATE, Answer.WAIT, "0.60"),
        (Side.SELL, "0.54", "0.50x10", "0.54x10", PATIENT, Answer.WAIT, "0.54"),
        (Side.SELL, "0.54", "0.50x10", "0.54x10", LATE, Answer.DECREASE_ASK, "0.53"),
        (Side.SELL, "0.54", "0.50x10", "0.53x10", 13, Answer.DECREASE_ASK, "0.53"),
        (Side.SELL, "0.40", "0.36x10", "0.40x10", LATE, Answer.WAIT, "0.40"),
    ],
    ids=[
        "patient",
        "impatient",
        "undercut",
        "at the limit",
        "patient ask",
        "impatient ask",
        "undercut ask",
        "at the limit of an ask",
    ],
)
def test_the_answer_is_to_wait_or_to_step_towards_the_others_within_the_limit(
    side: Side, resting: str, bids: str, asks: str, age_s: float, answer: Answer, to: str
):
    standing = child(resting, age_s=age_s)
    state = order(side=side, working=[standing], urgency=Urgency.LOW)
    found = adapt(state, standing, view(bids, asks), T0)
    assert (found.answer, found.price) == (answer, cents(to))
    assert found.reason
