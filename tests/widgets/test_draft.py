from __future__ import annotations

from polyterm.models.complaint import Complaint
from polyterm.models.money import UNIT
from polyterm.models.plan import PlannedChild, PlanView
from polyterm.widgets.draft import Draft, fitted

PLAN = PlanView(
    children=(PlannedChild(size=50 * UNIT),) * 10,
    note="10 tranches of about 50 shares",
)
REWRITTEN = PlanView(
    children=PLAN.children, note=PLAN.note, changes=("tranches of 5 instead of 2: too small",)
)


def texts(draft: Draft, width: int, height: int) -> list[str]:
    return [line.text for line in fitted(draft, width, height)]


def test_a_plan_as_asked_is_told_in_two_lines() -> None:
    assert texts(Draft(PLAN), 40, 3) == [
        "10 tranches of about 50 shares",
        "10 x 50 shares, one after the other",
    ]


def test_what_is_not_as_asked_comes_before_the_children() -> None:
    lines = fitted(Draft(REWRITTEN), 40, 3)
    assert [line.is_doubt for line in lines] == [False, True, False]
    assert lines[1].text == "▲ tranches of 5 instead of 2: too small"


def test_a_doubt_that_does_not_fit_says_that_there_is_more() -> None:
    draft = Draft(REWRITTEN, (Complaint("size", "costs more than there is"),))
    lines = texts(draft, 34, 3)
    assert len(lines) == 3
    assert lines[-1] == "… more: enter shows it all"


def test_a_refusal_is_told_before_it_happens_and_a_large_order_as_a_question() -> None:
    refused = Draft(PLAN, (Complaint("size", "too small"), Complaint("confirmed", "worth $900")))
    assert refused.doubts == ("refused: too small", "asks first: worth $900")


def test_no_room_is_no_lines() -> None:
    assert texts(Draft(PLAN), 40, 0) == []


def test_a_long_note_is_whole_where_nothing_must_be_read_before() -> None:
    assert texts(Draft(PLAN), 20, 3) == [
        "10 tranches of about",
        "50 shares",
        "10 x 50 shares, one…",
    ]
    assert texts(Draft(REWRITTEN), 30, 3)[0] == "10 tranches of about 50 shares"
    assert texts(Draft(REWRITTEN), 22, 3)[0] == "10 tranches of about …"
