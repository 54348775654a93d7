from __future__ import annotations

from polyterm.models.book import BookTop, Level
from polyterm.models.enums import Side
from polyterm.simulator.order_book import BookOrder, RestingBook


def resting(*orders: tuple[str, Side, int, int]) -> RestingBook:
    book = RestingBook()
    for order_id, side, price, size in orders:
        book.add(BookOrder(order_id, side, price, size))
    return book


def ids(book: RestingBook, side: Side, price: int) -> list[str]:
    return [order.id for order in book.orders_at(side, price)]


def test_levels_are_best_first_and_hold_what_rests_there():
    book = resting(
        ("a", Side.BUY, 4000, 3),
        ("b", Side.BUY, 4200, 2),
        ("c", Side.BUY, 4000, 4),
        ("d", Side.SELL, 4500, 1),
        ("e", Side.SELL, 4400, 5),
    )
    assert book.top(5) == BookTop(
        bids=(Level(4200, 2), Level(4000, 7)), asks=(Level(4400, 5), Level(4500, 1))
    )
    assert book.top(1) == BookTop(bids=(Level(4200, 2),), asks=(Level(4400, 5),))


def test_an_order_cut_down_keeps_its_place_in_the_queue():
    book = resting(("a", Side.BUY, 4000, 3), ("b", Side.BUY, 4000, 4))
    first = book.orders_at(Side.BUY, 4000)[0]
    book.reduce(first, 2)
    assert ids(book, Side.BUY, 4000) == ["a", "b"]
    assert book.size_at(Side.BUY, 4000) == 5


def test_a_level_goes_with_its_last_order():
    book = resting(("a", Side.SELL, 4400, 3), ("b", Side.SELL, 4500, 1))
    book.reduce(book.orders_at(Side.SELL, 4400)[0], 3)
    assert book.asks.best == 4500
    assert book.size_at(Side.SELL, 4400) == 0
    assert book.top(9).asks == (Level(4500, 1),)


def test_equality_crosses_and_matching_goes_by_price_then_time():
    book = resting(
        ("late", Side.SELL, 4400, 1),
        ("later", Side.SELL, 4400, 1),
        ("best", Side.SELL, 4300, 1),
        ("beyond", Side.SELL, 4600, 1),
    )
    assert book.crosses(Side.BUY, 4300)
    assert not book.crosses(Side.BUY, 4299)
    assert [o.id for o in book.matchable(Side.BUY, 4400)] == ["best", "late", "later"]
