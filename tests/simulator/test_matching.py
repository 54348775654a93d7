from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from polyterm.models.enums import Side
from polyterm.models.money import PRICE_ONE, SIZE_STEP
from polyterm.simulator.matching import Plan, plan_budget, plan_shares
from polyterm.simulator.order_book import BookOrder, RestingBook

prices = st.integers(1, 99).map(lambda cents: cents * 100)
sizes = st.integers(1, 5_000).map(lambda hundredths: hundredths * SIZE_STEP)
resting = st.lists(st.tuples(prices, sizes), max_size=20)
sides = st.sampled_from(Side)


def book_of(side: Side, orders: list[tuple[int, int]]) -> RestingBook:
    book = RestingBook()
    for number, (price, size) in enumerate(orders):
        book.add(BookOrder(f"{number:04}", side, price, size))
    return book


def assert_price_time(plan: Plan, book: RestingBook, side: Side, limit: int) -> None:
    met = list(book.matchable(side, limit))
    assert [fill.maker for fill in plan.fills] == met[: len(plan.fills)]
    assert met == sorted(met, key=lambda o: (side.sign * o.book_price, o.id))
    for fill in plan.fills:
        assert side.within(fill.maker.book_price, limit)
    for fill in plan.fills[:-1]:
        assert fill.size == fill.maker.remaining


@given(resting, sides, prices, sizes)
def test_shares_are_taken_by_price_then_time_and_never_past_the_limit(orders, side, limit, size):
    book = book_of(side.opposite, orders)
    plan = plan_shares(book, side, limit, size)
    assert_price_time(plan, book, side, limit)
    within = sum(s for p, s in orders if side.within(p, limit))
    assert plan.size == min(size, within)
    assert plan.is_whole == (within >= size)


@given(resting, prices, st.integers(1, 10_000), st.booleans())
def test_a_budget_is_never_exceeded_and_stops_only_for_want_of_money_or_shares(
    orders, limit, cents, is_second
):
    budget = cents * 10_000
    side = Side.SELL if is_second else Side.BUY

    def own_price(book_price: int) -> int:
        return PRICE_ONE - book_price if is_second else book_price

    book = book_of(side.opposite, orders)
    plan = plan_budget(book, side, limit, budget, own_price)
    assert_price_time(plan, book, side, limit)
    spent = sum(own_price(f.maker.book_price) * f.size for f in plan.fills) / PRICE_ONE
    assert spent == int(spent)
    assert spent <= budget
    took_all = plan.size == sum(o.remaining for o in book.matchable(side, limit))
    left = budget - int(spent)
    assert plan.is_whole == (left < own_price(limit))
    assert took_all or left < own_price(limit)
