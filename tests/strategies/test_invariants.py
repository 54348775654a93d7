from __future__ import annotations

from collections import Counter
from functools import cache

import pytest
from hypothesis import given, settings

from polyterm.models.enums import OrderType
from polyterm.models.money import SIZE_STEP, UNIT, notional
from polyterm.models.tick import on_tick
from polyterm.strategies.base import (
    Cancel,
    Done,
    Fail,
    Place,
    Replace,
    Resize,
    Wait,
)
from polyterm.strategies.registry import STRATEGIES
from tests.strategies.adversary import Case, case, cases
from tests.strategies.factory import T0

thorough = settings(max_examples=1_500)


@cache
def _kinds() -> dict[str, Counter[type]]:
    kinds = {name: Counter[type]() for name in STRATEGIES}
    for drawn in map(case, range(6_000)):
        kinds[drawn.order.params.strategy][type(drawn.decision())] += 1
    return kinds


@pytest.mark.parametrize("strategy", list(STRATEGIES))
def test_the_cases_reach_every_kind_of_decision_of_every_strategy(strategy: str):
    kinds = _kinds()[strategy]
    expected = {Wait, Place, Replace, Cancel, Done, Fail}
    if STRATEGIES[strategy].params.sized_by:
        expected.add(Resize)
    assert set(kinds) == expected
    assert min(kinds.values()) >= 5


@thorough
@given(cases)
def test_every_price_is_on_the_grid_and_within_the_limit(drawn: Case):
    order, view = drawn.order, drawn.view
    decision = drawn.decision()
    if not isinstance(decision, Place | Replace):
        return
    assert on_tick(decision.price, view.tick)
    assert order.side.within(decision.price, order.worst_price)


@thorough
@given(cases)
def test_a_child_that_may_cross_is_allowed_to_and_is_worth_a_dollar(drawn: Case):
    order, view = drawn.order, drawn.view
    decision = drawn.decision()
    if not isinstance(decision, Place | Replace):
        return
    best = view.book.side(order.side.opposite)[0].price
    if not order.side.crosses(decision.price, best):
        assert decision.post_only
        return
    assert not order.post_only
    assert not decision.post_only
    size = decision.size if isinstance(decision, Place) else order.working[0].remaining
    assert notional(best, size) >= UNIT


@thorough
@given(cases)
def test_a_new_child_is_sendable_and_never_beyond_what_is_unplaced(drawn: Case):
    order, view = drawn.order, drawn.view
    decision = drawn.decision()
    if not isinstance(decision, Place):
        return
    assert not order.working
    assert decision.size % SIZE_STEP == 0
    assert view.market.min_size <= decision.size <= order.unplaced


@thorough
@given(cases)
def test_only_a_confirmed_child_that_is_large_enough_is_moved(drawn: Case):
    order, view = drawn.order, drawn.view
    decision = drawn.decision()
    if not isinstance(decision, Replace | Cancel):
        return
    child = order.working[0]
    assert child.is_live
    assert decision.child_id == child.child_id
    if isinstance(decision, Replace):
        assert child.remaining >= view.market.min_size
        assert decision.price != child.price


@thorough
@given(cases)
def test_a_target_covers_what_is_done_and_stays_within_the_cap(drawn: Case):
    order = drawn.order
    decision = drawn.decision()
    if not isinstance(decision, Resize):
        return
    assert decision.size >= order.filled + sum(child.remaining for child in order.working)
    assert order.size_cap is None or decision.size <= order.size_cap


@thorough
@given(cases)
def test_nothing_is_sent_on_a_book_that_cannot_be_trusted(drawn: Case):
    view = drawn.view
    if not (view.is_fresh and view.book.is_usable and view.market.accepting_orders):
        assert isinstance(drawn.decision(), Wait | Cancel | Done | Fail)


@thorough
@given(cases)
def test_the_same_state_and_seed_give_the_same_decision(drawn: Case):
    assert drawn.decision() == drawn.decision()


@thorough
@given(cases)
def test_every_decision_says_why_and_a_wait_ends_later_than_now(drawn: Case):
    order = drawn.order
    decision = drawn.decision()
    assert decision.reason
    if isinstance(decision, Wait) and decision.until_ms is not None:
        assert decision.until_ms > T0
        future = order.deadline_ms if order.deadline_ms and order.deadline_ms > T0 else None
        assert future is None or decision.until_ms <= future


@thorough
@given(cases)
def test_only_the_end_action_kills_its_rest_and_only_once(drawn: Case):
    order = drawn.order
    decision = drawn.decision()
    if isinstance(decision, Place) and decision.order_type is not OrderType.GTC:
        assert decision.order_type is OrderType.FAK
        assert order.deadline_ms is not None
        assert order.deadline_ms <= T0
        assert not order.crossed
