from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from polyterm.models.book import BookTop, Level, OrderBook, micro_price, mirrored
from polyterm.models.enums import Side
from polyterm.models.money import PRICE_ONE

prices = st.integers(1, PRICE_ONE - 1)
sizes = st.integers(1, 10**12)
sides = st.sampled_from(Side)
half = st.dictionaries(prices, sizes, max_size=6)


class BookAgainstDicts(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.book = OrderBook()
        self.model: dict[Side, dict[int, int]] = {Side.BUY: {}, Side.SELL: {}}

    @rule(side=sides, price=st.integers(1, 12), size=st.integers(0, 5))
    def set_level(self, side: Side, price: int, size: int) -> None:
        self.book.set_level(side, price, size)
        self.model[side].pop(price, None)
        if size:
            self.model[side][price] = size

    @rule(bids=st.dictionaries(st.integers(1, 12), st.integers(0, 5)))
    def replace(self, bids: dict[int, int]) -> None:
        self.book.replace([Level(p, s) for p, s in bids.items()], [])
        self.model = {Side.BUY: {p: s for p, s in bids.items() if s}, Side.SELL: {}}

    @invariant()
    def best_prices_agree(self) -> None:
        assert self.book.best_bid == max(self.model[Side.BUY], default=None)
        assert self.book.best_ask == min(self.model[Side.SELL], default=None)

    @invariant()
    def levels_agree(self) -> None:
        top = self.book.top(depth=3)
        bids, asks = self.model[Side.BUY], self.model[Side.SELL]
        assert list(top.bids) == sorted(bids.items(), reverse=True)[:3]
        assert list(top.asks) == sorted(asks.items())[:3]
        assert all(self.book.size_at(Side.BUY, price) == size for price, size in bids.items())


TestBookAgainstDicts = BookAgainstDicts.TestCase


def top(bids: dict[int, int], asks: dict[int, int]) -> BookTop:
    return BookTop(
        tuple(Level(*level) for level in sorted(bids.items(), reverse=True)),
        tuple(Level(*level) for level in sorted(asks.items())),
    )


def test_the_micro_price_leans_away_from_the_larger_size():
    assert micro_price(Level(4000, 300), Level(4100, 100)) == pytest.approx(4075)
    assert micro_price(Level(4000, 100), Level(4100, 300)) == pytest.approx(4025)


@given(half, half)
def test_the_micro_price_lies_within_the_spread_or_is_not_known(bids, asks):
    book = top(bids, asks)
    if book.micro is None:
        assert not book.is_usable
        return
    assert max(bids) <= book.micro <= min(asks)


@given(half, half)
def test_mirroring_twice_changes_nothing(bids, asks):
    book = top(bids, asks)
    assert mirrored(mirrored(book)) == book
    assert mirrored(book).is_usable == book.is_usable
    if book.micro is not None:
        assert mirrored(book).micro == pytest.approx(PRICE_ONE - book.micro)


@given(half, half, st.lists(st.tuples(sides, prices, sizes), max_size=4))
def test_without_our_own_orders_the_book_is_what_it_was_before_them(bids, asks, own):
    others = top(bids, asks)
    both = {Side.BUY: dict(bids), Side.SELL: dict(asks)}
    for side, price, size in own:
        both[side][price] = both[side].get(price, 0) + size
    assert top(both[Side.BUY], both[Side.SELL]).without(own) == others


def test_more_than_the_level_shows_leaves_no_level():
    book = top({4000: 10, 3900: 5}, {4200: 5})
    assert book.without([(Side.BUY, 4000, 12)]).best_bid == Level(3900, 5)


@pytest.mark.parametrize(
    ("bids", "asks", "spread"),
    [
        ({}, {}, None),
        ({4000: 1}, {}, None),
        ({4000: 1}, {4000: 1}, 0),
        ({4100: 1}, {4000: 1}, -100),
    ],
    ids=["empty", "one-sided", "locked", "crossed"],
)
def test_a_book_that_is_no_market_is_not_usable(bids, asks, spread):
    book = top(bids, asks)
    assert (book.is_usable, book.spread, book.micro) == (False, spread, None)
