"""Which resting orders an incoming one takes: planned first, so that it can be refused whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from polyterm.models.enums import Side
from polyterm.models.money import SIZE_STEP, Dollars, Price, Size, floor_to
from polyterm.simulator.order_book import BookOrder, RestingBook


@dataclass(frozen=True, slots=True)
class Fill:
    """A part of a resting order that the incoming one takes, at the resting order's price."""

    maker: BookOrder
    size: Size


@dataclass(frozen=True, slots=True)
class Plan:
    """What an incoming order would trade, nothing of it done yet."""

    fills: tuple[Fill, ...]
    is_whole: bool
    """Whether nothing of the order would be left."""

    @property
    def size(self) -> Size:
        """Shares it would trade."""
        return sum(fill.size for fill in self.fills)


def plan_shares(book: RestingBook, side: Side, limit: Price, size: Size) -> Plan:
    """Take up to `size` shares, best price first, oldest first, never past `limit`."""
    fills: list[Fill] = []
    left = size
    for maker in book.matchable(side, limit):
        if not left:
            break
        taken = min(left, maker.remaining)
        fills.append(Fill(maker, taken))
        left -= taken
    return Plan(tuple(fills), is_whole=not left)


def plan_budget(
    book: RestingBook,
    side: Side,
    limit: Price,
    budget: Dollars,
    own_price: Callable[[Price], Price],
) -> Plan:
    """Spend up to `budget`, in whole hundredths of a share so that every amount is exact.

    `own_price` turns a price of the book into the price that is paid. A hundredth of a share at
    price p (in 1/10,000) costs p millionths of a dollar. The order is whole when what is left of
    the budget does not buy one more hundredth.
    """
    fills: list[Fill] = []
    left = budget
    for maker in book.matchable(side, limit):
        price = own_price(maker.book_price)
        taken = min(floor_to(maker.remaining, SIZE_STEP), left // price * SIZE_STEP)
        if not taken:
            break
        fills.append(Fill(maker, taken))
        left -= price * taken // SIZE_STEP
    return Plan(tuple(fills), is_whole=left < own_price(limit))
