"""What a trader sees of one token at one instant."""

from __future__ import annotations

from dataclasses import dataclass, field

from polyterm.models.book import BookTop, Level
from polyterm.models.enums import Side
from polyterm.models.ids import ChildId, OrderId, TokenId
from polyterm.models.market import Market
from polyterm.models.money import Price, Size

BAND_BPS = 50
"""Half-width of the micro-price band in basis points, where an order sets no other."""


@dataclass(frozen=True, slots=True)
class OwnOrder:
    """One of our children resting in the book."""

    child_id: ChildId
    order_id: OrderId | None
    """The parent, or nothing for an order that polyterm did not place."""
    side: Side
    price: Price
    remaining: Size
    ahead: Size
    """Shares that were at the price before us and may still be: an upper bound."""


@dataclass(frozen=True, slots=True)
class LastTrade:
    """The newest print of the market."""

    price: Price
    size: Size
    side: Side
    at_ms: int


@dataclass(frozen=True, slots=True, eq=False)
class MarketSnapshot:
    """Book, estimates and our own orders of one token; compared by identity."""

    market: Market
    token_id: TokenId
    book: BookTop
    own: tuple[OwnOrder, ...] = ()
    last_trade: LastTrade | None = None
    data_ms: int | None = None
    """When the book last changed or was confirmed, our clock; nothing before the first book."""
    is_live: bool = False
    """Whether the feed stands and a book of this connection was seen (rule R6)."""
    updates: int = 0
    """How many changes the book has taken since it was first seen."""
    micro: float | None = field(init=False)
    """Micro-price in price units; nothing on a book that is one-sided, locked or crossed."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "micro", self.book.micro)

    @property
    def best_bid(self) -> Level | None:
        """The best bid, own orders included."""
        return self.book.best_bid

    @property
    def best_ask(self) -> Level | None:
        """The best ask, own orders included."""
        return self.book.best_ask

    @property
    def spread(self) -> Price | None:
        """Best ask less best bid."""
        return self.book.spread

    def band(self, bps: int = BAND_BPS) -> tuple[float, float] | None:
        """Lower and upper edge of the micro-price band, in price units."""
        if self.micro is None:
            return None
        half = self.micro * bps / 10_000
        return self.micro - half, self.micro + half

    def others(self) -> BookTop:
        """The book without our own orders."""
        return self.book.without((own.side, own.price, own.remaining) for own in self.own)
