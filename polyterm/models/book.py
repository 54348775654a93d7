"""One token's order book, in integer prices and sizes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nlargest, nsmallest
from typing import NamedTuple

from polyterm.models.enums import Side
from polyterm.models.money import PRICE_ONE, Price, Size


class Level(NamedTuple):
    """All that rests at one price."""

    price: Price
    size: Size


class OrderBook:
    """The live book of one token: levels by price, the best of each side always at hand.

    Mutable and owned by one market monitor; what leaves it are `BookTop` values.
    """

    __slots__ = ("_best_ask", "_best_bid", "asks", "bids")

    def __init__(self) -> None:
        self.bids: dict[Price, Size] = {}
        self.asks: dict[Price, Size] = {}
        self._best_bid: Price | None = None
        self._best_ask: Price | None = None

    @property
    def best_bid(self) -> Price | None:
        """The highest price anybody bids."""
        if self._best_bid is None and self.bids:
            self._best_bid = max(self.bids)
        return self._best_bid

    @property
    def best_ask(self) -> Price | None:
        """The lowest price anybody asks."""
        if self._best_ask is None and self.asks:
            self._best_ask = min(self.asks)
        return self._best_ask

    def replace(self, bids: Iterable[Level], asks: Iterable[Level]) -> None:
        """Take a whole snapshot in place of everything known."""
        self.bids = {price: size for price, size in bids if size}
        self.asks = {price: size for price, size in asks if size}
        self._best_bid = self._best_ask = None

    def set_level(self, side: Side, price: Price, size: Size) -> None:
        """Set the aggregate size at a price; zero takes the level away."""
        if side is Side.BUY:
            best = self._best_bid
            if size:
                self.bids[price] = size
                if best is not None and price > best:
                    self._best_bid = price
            elif self.bids.pop(price, None) is not None and price == best:
                self._best_bid = None
        elif size:
            self.asks[price] = size
            best = self._best_ask
            if best is not None and price < best:
                self._best_ask = price
        elif self.asks.pop(price, None) is not None and price == self._best_ask:
            self._best_ask = None

    def size_at(self, side: Side, price: Price) -> Size:
        """What rests at a price."""
        return (self.bids if side is Side.BUY else self.asks).get(price, 0)

    def top(self, depth: int) -> BookTop:
        """The best `depth` levels of each side, best first, frozen."""
        return BookTop(
            bids=tuple(Level(price, self.bids[price]) for price in nlargest(depth, self.bids)),
            asks=tuple(Level(price, self.asks[price]) for price in nsmallest(depth, self.asks)),
        )


@dataclass(frozen=True, slots=True)
class BookTop:
    """The best levels of both sides at one instant, best first."""

    bids: tuple[Level, ...] = ()
    asks: tuple[Level, ...] = ()

    @property
    def best_bid(self) -> Level | None:
        """The best bid, or nothing on an empty side."""
        return self.bids[0] if self.bids else None

    @property
    def best_ask(self) -> Level | None:
        """The best ask, or nothing on an empty side."""
        return self.asks[0] if self.asks else None

    @property
    def spread(self) -> Price | None:
        """Best ask less best bid; nothing on a one-sided book."""
        return self.asks[0].price - self.bids[0].price if self.bids and self.asks else None

    @property
    def is_usable(self) -> bool:
        """Whether both sides are there and the bid is below the ask (rule R6)."""
        spread = self.spread
        return spread is not None and spread > 0

    @property
    def micro(self) -> float | None:
        """Micro-price in price units; nothing on a book that is one-sided, locked or crossed."""
        return micro_price(self.bids[0], self.asks[0]) if self.is_usable else None

    def side(self, side: Side) -> tuple[Level, ...]:
        """The levels of one side."""
        return self.bids if side is Side.BUY else self.asks

    def without(self, own: Iterable[tuple[Side, Price, Size]]) -> BookTop:
        """The book as the others made it: our own resting sizes taken out."""
        mine: dict[tuple[Side, Price], Size] = {}
        for side, price, size in own:
            mine[side, price] = mine.get((side, price), 0) + size

        def others(side: Side) -> tuple[Level, ...]:
            rest = ((price, size - mine.get((side, price), 0)) for price, size in self.side(side))
            return tuple(Level(price, size) for price, size in rest if size > 0)

        return BookTop(others(Side.BUY), others(Side.SELL)) if mine else self


def micro_price(bid: Level, ask: Level) -> float:
    """Size-weighted mid in price units: the sizes cross over.

    (bid x ask_size + ask x bid_size) / (bid_size + ask_size); source: `execution.md` 2.
    """
    return (bid.price * ask.size + ask.price * bid.size) / (bid.size + ask.size)


def mirrored(top: BookTop) -> BookTop:
    """The same liquidity as the other outcome shows it: p becomes 1 - p, bids become asks."""
    return BookTop(
        bids=tuple(Level(PRICE_ONE - price, size) for price, size in top.asks),
        asks=tuple(Level(PRICE_ONE - price, size) for price, size in top.bids),
    )
