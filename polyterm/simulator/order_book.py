"""What rests in one market, in terms of its first outcome: levels, each in order of arrival."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from polyterm.models.book import BookTop, Level
from polyterm.models.enums import Side
from polyterm.models.money import Price, Size


@dataclass(slots=True, eq=False)
class BookOrder:
    """An order as the book sees it; as it stands, one of the house."""

    id: str
    book_side: Side
    """The side in terms of the first outcome."""
    book_price: Price
    """The price in terms of the first outcome."""
    remaining: Size

    @property
    def is_house(self) -> bool:
        """Whether it belongs to nobody's account."""
        return True


@dataclass(slots=True, eq=False)
class PriceLevel:
    """All that rests at one price, oldest first."""

    orders: dict[str, BookOrder] = field(default_factory=dict)
    size: Size = 0
    house_size: Size = 0

    def grow(self, order: BookOrder, size: Size) -> None:
        """Count `size` more of that order; a negative size counts it off."""
        self.size += size
        if order.is_house:
            self.house_size += size


class BookSide:
    """One side of the book; the best price is always at hand."""

    def __init__(self, side: Side) -> None:
        self._side = side
        self._prices: list[Price] = []
        self.levels: dict[Price, PriceLevel] = {}

    @property
    def best(self) -> Price | None:
        """The best price, or nothing on an empty side."""
        if not self._prices:
            return None
        return self._prices[-1] if self._side is Side.BUY else self._prices[0]

    def prices(self) -> Iterator[Price]:
        """The prices, best first."""
        return reversed(self._prices) if self._side is Side.BUY else iter(self._prices)

    def add(self, order: BookOrder) -> None:
        """Put an order at the end of its level."""
        level = self.levels.get(order.book_price)
        if level is None:
            level = self.levels[order.book_price] = PriceLevel()
            insort(self._prices, order.book_price)
        level.orders[order.id] = order
        level.grow(order, order.remaining)

    def reduce(self, order: BookOrder, size: Size) -> None:
        """Take `size` off an order, which keeps its place until nothing is left of it."""
        level = self.levels[order.book_price]
        order.remaining -= size
        level.grow(order, -size)
        if order.remaining:
            return
        del level.orders[order.id]
        if not level.orders:
            del self.levels[order.book_price]
            del self._prices[bisect_left(self._prices, order.book_price)]

    def top(self, depth: int) -> tuple[Level, ...]:
        """The best levels, best first."""
        return tuple(Level(p, self.levels[p].size) for p in islice(self.prices(), depth))

    def house_top(self, depth: int) -> tuple[Level, ...]:
        """The best levels of the house alone."""
        sizes = ((price, self.levels[price].house_size) for price in self.prices())
        return tuple(islice((Level(price, size) for price, size in sizes if size), depth))


class RestingBook:
    """Both sides of one market's book."""

    def __init__(self) -> None:
        self.bids = BookSide(Side.BUY)
        self.asks = BookSide(Side.SELL)

    def side(self, side: Side) -> BookSide:
        """One side."""
        return self.bids if side is Side.BUY else self.asks

    def add(self, order: BookOrder) -> None:
        """Rest an order behind those of its price."""
        self.side(order.book_side).add(order)

    def reduce(self, order: BookOrder, size: Size) -> None:
        """Take `size` off a resting order; with all that remains, take it out."""
        self.side(order.book_side).reduce(order, size)

    def size_at(self, side: Side, price: Price) -> Size:
        """What rests at a price."""
        level = self.side(side).levels.get(price)
        return level.size if level else 0

    def orders_at(self, side: Side, price: Price) -> tuple[BookOrder, ...]:
        """The orders at a price, oldest first."""
        level = self.side(side).levels.get(price)
        return tuple(level.orders.values()) if level else ()

    def orders(self) -> tuple[BookOrder, ...]:
        """Every resting order, best prices first, bids before asks."""
        sides = (self.bids, self.asks)
        return tuple(
            order
            for side in sides
            for p in side.prices()
            for order in side.levels[p].orders.values()
        )

    def top(self, depth: int) -> BookTop:
        """The best levels of both sides."""
        return BookTop(self.bids.top(depth), self.asks.top(depth))

    def house_top(self, depth: int) -> BookTop:
        """The best levels of both sides, of the house alone."""
        return BookTop(self.bids.house_top(depth), self.asks.house_top(depth))

    def crosses(self, side: Side, price: Price) -> bool:
        """Whether an order would trade on arrival; equality trades."""
        best = self.side(side.opposite).best
        return best is not None and side.crosses(price, best)

    def matchable(self, side: Side, price: Price) -> Iterator[BookOrder]:
        """The resting orders that an incoming one meets, in price-time order."""
        opposite = self.side(side.opposite)
        for best in opposite.prices():
            if not side.crosses(price, best):
                return
            yield from opposite.levels[best].orders.values()
