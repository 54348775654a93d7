"""What a flow of other people's orders may do to the local exchange."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from polyterm.models.book import BookTop
from polyterm.models.enums import OrderType, Side
from polyterm.models.ids import ConditionId
from polyterm.models.market import Market
from polyterm.models.money import Price, Size


@dataclass(frozen=True, slots=True)
class Listing:
    """A market as the local exchange opens it."""

    market: Market
    description: str = ""
    category: str = ""
    event_title: str = ""
    group_title: str = ""
    """The outcome's short name within an event of several exclusive outcomes."""
    tags: tuple[str, ...] = field(default=())


class FlowHost(Protocol):
    """The local exchange as a flow sees it.

    Everything is in terms of the first outcome (YES): the one book of the market. House orders
    belong to nobody's account, cost nothing, and match by price and time like all others.
    """

    def now_ms(self) -> int:
        """The local exchange's clock."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait by the local exchange's clock."""
        ...

    def open_market(self, listing: Listing) -> None:
        """List a market with an empty book."""
        ...

    def place_house(
        self,
        condition_id: ConditionId,
        side: Side,
        price: Price,
        size: Size,
        order_type: OrderType = OrderType.GTC,
    ) -> str | None:
        """Place an order of the house; its id where something of it rests."""
        ...

    def cancel_house(self, order_id: str, size: Size | None = None) -> Size:
        """Take out a house order, or `size` of it from its end; returns what was taken out.

        That is 0 where nothing of the order rests any more, whatever became of it.
        """
        ...

    def house_orders(
        self, condition_id: ConditionId, side: Side, price: Price
    ) -> Sequence[tuple[str, Size]]:
        """House orders resting at a price, oldest first, with what is left of them."""
        ...

    def book(self, condition_id: ConditionId, depth: int = 50) -> BookTop:
        """The whole book, traders' orders included."""
        ...

    def house_book(self, condition_id: ConditionId, depth: int = 50) -> BookTop:
        """The house's part of the book."""
        ...

    def set_tick(self, condition_id: ConditionId, tick: Price) -> None:
        """Change the grid and tell the market channel."""
        ...

    def close_market(self, condition_id: ConditionId, winner: int | None = None) -> None:
        """End trading: resting orders are cancelled; `winner` is the index of the outcome."""
        ...


class Flow(Protocol):
    """Somebody who makes a market lively."""

    def open(self, host: FlowHost, random: Random) -> None:
        """List the markets and fill their first books."""
        ...

    async def run(self, host: FlowHost, random: Random) -> None:
        """Trade until cancelled, or until there is nothing left to do."""
        ...
