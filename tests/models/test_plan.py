from __future__ import annotations

import pytest
from msgspec.structs import replace

from polyterm.models.enums import Side
from polyterm.models.money import UNIT
from polyterm.models.plan import ChangeView, PlannedChild, PlanView
from polyterm.models.plan_words import change_lines, children_words, money_words, plan_lines


def children(*sizes: int, every_ms: int | None = None) -> tuple[PlannedChild, ...]:
    return tuple(
        PlannedChild(size=size * UNIT, after_ms=None if every_ms is None else place * every_ms)
        for place, size in enumerate(sizes)
    )


PLAN = PlanView(
    children=children(20, 20, 20, 15, every_ms=60_000),
    note="4 slices of about 20 shares",
    limit=5_500,
    total=42 * UNIT,
)


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (PLAN, "3 x 20, then 15 shares, one every 60 s"),
        (replace(PLAN, children=children(75)), "75 shares, at once"),
        (replace(PLAN, children=children(30, 45)), "30, then 45 shares, one after the other"),
        (
            replace(PLAN, children=children(1, 2, 3, 4, 5)),
            "1, then 2, then 3, then ... shares, one after the other",
        ),
    ],
)
def test_children_in_words(plan: PlanView, words: str) -> None:
    assert children_words(plan) == words


def test_money_in_words_of_a_buy_and_of_a_sell() -> None:
    assert money_words(PLAN) == "none above 0.55; costs $42.00 at most with fees"
    sell = replace(PLAN, side=Side.SELL, resizes=True)
    assert money_words(sell) == (
        "none below 0.55; brings $42.00 at least after fees; sized anew as the price moves"
    )


def test_what_was_rewritten_is_called_so() -> None:
    plan = replace(PLAN, changes=("4 slices instead of 8",), warnings=("it may be late",))
    assert plan_lines(plan)[-2:] == (
        "not as asked: 4 slices instead of 8",
        "warning: it may be late",
    )


SAME = {
    "itself": PLAN,
    "a moment later": replace(PLAN, children=children(20, 20, 20, 15, every_ms=58_000)),
    "the rest of the market's time, a second later": replace(PLAN, note="told in other numbers"),
}
OTHER = {
    "fewer, larger children": replace(PLAN, children=children(40, 35, every_ms=60_000)),
    "another limit": replace(PLAN, limit=5_600),
    "more to pay": replace(PLAN, total=43 * UNIT),
    "rewritten": replace(PLAN, changes=("4 slices instead of 8",)),
    "in doubt": replace(PLAN, warnings=("the market may end",)),
    "much sooner": replace(PLAN, children=children(20, 20, 20, 15, every_ms=40_000)),
}


@pytest.mark.parametrize("name", SAME)
def test_a_plan_stays_the_one_that_was_shown(name: str) -> None:
    assert SAME[name].is_as_shown(PLAN)


@pytest.mark.parametrize("name", OTHER)
def test_a_plan_is_another_one_than_was_shown(name: str) -> None:
    assert not OTHER[name].is_as_shown(PLAN)


def test_a_size_that_follows_the_price_may_grow_by_a_tenth() -> None:
    shown = replace(PLAN, children=children(100), resizes=True)
    assert replace(shown, children=children(110), total=1).is_as_shown(shown)
    assert replace(shown, children=children(40), total=1).is_as_shown(shown)
    assert not replace(shown, children=children(112)).is_as_shown(shown)


def test_a_change_tells_both_plans_and_only_new_doubts() -> None:
    before = replace(PLAN, warnings=("old",))
    after = replace(before, note="6 slices", total=60 * UNIT, warnings=("old", "new"))
    view = ChangeView(moves=("size 75 → 110",), risks=(), before=before, after=after)
    assert change_lines(view) == (
        "size 75 → 110",
        "now 4 slices of about 20 shares",
        "then 6 slices",
        "costs at most $42.00 → $60.00, fees counted",
        "warning: new",
    )
