from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polyterm.models.book import BookTop
from polyterm.models.enums import OrderType, Side
from polyterm.models.money import UNIT, Price, Size
from polyterm.simulator.flow_host import Listing
from polyterm.simulator.flows.queue_model import QueueModel
from polyterm.simulator.flows.recorded_book import RecordedBook
from polyterm.simulator.recording import BookRow
from tests.fakes.flow_host import FakeFlowHost
from tests.simulator.recorded import INFO, book_row

MARKET = INFO.market.condition_id


def _replay(queue_model: QueueModel = QueueModel.PESSIMISTIC) -> tuple[FakeFlowHost, RecordedBook]:
    host = FakeFlowHost()
    host.open_market(Listing(INFO.market))
    return host, RecordedBook(host, MARKET, 1, queue_model)


def _shown(row: BookRow) -> BookTop:
    return BookTop(row.bids, row.asks)


books = st.builds(
    lambda mid, bids, asks: book_row(
        0,
        {mid - gap: size for gap, size in bids.items()},
        {mid + gap: size for gap, size in asks.items()},
    ),
    st.integers(10, 20),
    st.dictionaries(st.integers(1, 5), st.integers(1, 60), max_size=3),
    st.dictionaries(st.integers(0, 4), st.integers(1, 60), max_size=3),
)
book_lists = st.lists(books, min_size=1, max_size=12)
models = st.sampled_from(QueueModel)


@settings(deadline=None)
@given(book_lists, models)
def test_without_traders_the_book_is_the_recorded_one(
    rows: Sequence[BookRow], queue_model: QueueModel
) -> None:
    host, book = _replay(queue_model)
    for row in rows:
        book.show(row)
        assert host.house_book(MARKET) == _shown(row)


@settings(deadline=None)
@given(book_lists, models, st.sampled_from(Side), st.integers(5, 25))
def test_what_a_trader_takes_is_there_again_with_the_next_row(
    rows: Sequence[BookRow], queue_model: QueueModel, side: Side, cents: int
) -> None:
    host, book = _replay(queue_model)
    for row in rows:
        book.show(row)
        assert host.house_book(MARKET) == _shown(row)
        host.place_trader(MARKET, side, cents * 100, 40 * UNIT, OrderType.FAK)


def _displayed_within(rows: Sequence[BookRow], side: Side, limit: Price) -> Size:
    """The most that an order at `limit` may get: each touch once, while its level lasts."""
    most: Size = 0
    visits: dict[Price, Size] = {}
    for row in rows:
        facing = row.asks if side is Side.BUY else row.bids
        gone = [price for price in visits if price not in dict(facing)]
        most += sum(visits.pop(price) for price in gone)
        if facing and side.within(facing[0].price, limit):
            best = facing[0]
            visits[best.price] = max(visits.get(best.price, 0), best.size)
    return most + sum(visits.values())


def _left_the_touch(rows: Sequence[BookRow], side: Side) -> Size:
    total: Size = 0
    for before, after in pairwise(rows):
        touch = next(iter(before.bids if side is Side.BUY else before.asks), None)
        if touch is not None:
            kept = dict(after.bids if side is Side.BUY else after.asks).get(touch.price, 0)
            total += max(touch.size - kept, 0)
    return total


@settings(deadline=None)
@given(book_lists, st.sampled_from(Side), st.integers(5, 25), st.integers(1, 400), models)
def test_a_resting_order_never_gets_more_than_was_displayed_or_traded(
    rows: Sequence[BookRow], side: Side, cents: int, shares: int, queue_model: QueueModel
) -> None:
    host, book = _replay(queue_model)
    book.show(rows[0])
    taken = {level.price: level.size for level in host.book(MARKET).side(side.opposite)}
    order = host.place_trader(MARKET, side, cents * 100, shares * UNIT)
    on_arrival = host.filled(order)
    for row in rows[1:]:
        book.show(row)
    behind_the_touch = sum(
        size
        for rank, (price, size) in enumerate(taken.items())
        if rank and side.within(price, cents * 100)
    )
    most = _displayed_within(rows, side, cents * 100) + min(on_arrival, behind_the_touch)
    if queue_model is QueueModel.OPTIMISTIC:
        most += _left_the_touch(rows, side)
    assert host.filled(order) <= most


@settings(deadline=None)
@given(book_lists, st.integers(5, 25))
def test_the_book_is_never_crossed(rows: Sequence[BookRow], cents: int) -> None:
    host, book = _replay()
    for row in rows:
        book.show(row)
        host.place_trader(MARKET, Side.BUY, cents * 100, 30 * UNIT)
        top = host.book(MARKET)
        assert top.spread is None or top.spread > 0


def test_the_opposite_quote_fills_an_order_once_however_long_it_stays() -> None:
    host, book = _replay()
    book.show(book_row(0, {48: 100}, {50: 80}))
    order = host.place_trader(MARKET, Side.BUY, 4_900, 100 * UNIT)
    for ms in range(3):
        book.show(book_row(ms, {48: 100}, {49: 30, 50: 80}))
    assert host.filled(order) == 30 * UNIT
    book.show(book_row(4, {48: 100}, {49: 45, 50: 80}))
    assert host.filled(order) == 45 * UNIT
    book.show(book_row(5, {48: 100}, {50: 80}))
    book.show(book_row(6, {48: 100}, {49: 30, 50: 80}))
    assert host.filled(order) == 75 * UNIT


def test_modelled_levels_do_not_fill_a_resting_order() -> None:
    host, book = _replay()
    book.show(book_row(0, {48: 100}, {52: 80}))
    order = host.place_trader(MARKET, Side.BUY, 5_000, 200 * UNIT)
    book.show(book_row(1, {46: 100}, {49: 30, 50: 1_000, 51: 10}))
    assert host.filled(order) == 30 * UNIT
    assert [level.price for level in host.house_book(MARKET).asks] == [5_100]


def test_what_an_order_took_on_arrival_counts_to_what_it_may_get() -> None:
    host, book = _replay()
    row = book_row(0, {48: 100}, {49: 30})
    book.show(row)
    order = host.place_trader(MARKET, Side.BUY, 4_900, 100 * UNIT)
    for _ in range(3):
        book.show(row)
    assert host.filled(order) == 30 * UNIT


@pytest.mark.parametrize(
    ("queue_model", "expected"),
    [(QueueModel.PESSIMISTIC, 0), (QueueModel.OPTIMISTIC, 10)],
)
def test_a_shrinking_touch_moves_the_queue_only_for_optimists(
    queue_model: QueueModel, expected: int
) -> None:
    host, book = _replay(queue_model)
    book.show(book_row(0, {48: 100}, {50: 80}))
    order = host.place_trader(MARKET, Side.BUY, 4_800, 20 * UNIT)
    book.show(book_row(1, {48: 150}, {50: 80}))
    book.show(book_row(2, {48: 40}, {50: 80}))
    assert host.filled(order) == expected * UNIT
    assert host.house_book(MARKET).bids[0].size == 40 * UNIT


def test_a_print_advances_the_queue_in_order_of_time() -> None:
    host, book = _replay()
    book.show(book_row(0, {48: 100}, {50: 80}))
    order = host.place_trader(MARKET, Side.BUY, 4_800, 20 * UNIT)
    book.trade(Side.SELL, 4_800, 105 * UNIT)
    assert host.filled(order) == 5 * UNIT


def test_size_that_leaves_unseen_leaves_from_behind() -> None:
    host, book = _replay()
    book.show(book_row(0, {48: 100}, {50: 80}))
    order = host.place_trader(MARKET, Side.BUY, 4_800, 20 * UNIT)
    book.show(book_row(1, {48: 150}, {50: 80}))
    book.show(book_row(2, {48: 100}, {50: 80}))
    book.trade(Side.SELL, 4_800, 100 * UNIT)
    assert host.filled(order) == 0


def test_clearing_leaves_traders_alone() -> None:
    host, book = _replay()
    book.show(book_row(0, {48: 100, 47: 30}, {50: 80}))
    host.place_trader(MARKET, Side.BUY, 4_900, 20 * UNIT)
    book.clear()
    assert host.house_book(MARKET) == BookTop()
    assert [level.price for level in host.book(MARKET).bids] == [4_900]
