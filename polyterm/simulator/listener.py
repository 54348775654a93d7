"""Who hears what happens in the local exchange."""

from __future__ import annotations

from enum import StrEnum

from polyterm.models.enums import Side
from polyterm.models.ids import TokenId
from polyterm.models.money import Price, Size
from polyterm.simulator.markets import MarketState
from polyterm.simulator.orders import TraderOrder
from polyterm.simulator.trades import Trade


class OrderChange(StrEnum):
    """What an order event of the user channel is about (`protocol.md` 2.3)."""

    PLACEMENT = "PLACEMENT"
    UPDATE = "UPDATE"
    CANCELLATION = "CANCELLATION"


class Listener:
    """Told at once and in order; what a listener does not care for, it leaves as it is."""

    def level_changed(self, state: MarketState, side: Side, price: Price, order_id: str) -> None:
        """Something was placed, taken or cancelled at a price of the book."""

    def printed(
        self, state: MarketState, token_id: TokenId, side: Side, price: Price, size: Size
    ) -> None:
        """A taker traded, in terms of its own token."""

    def order_changed(self, order: TraderOrder, change: OrderChange) -> None:
        """An account's order was placed, matched in part, or ended."""

    def trade_changed(self, trade: Trade) -> None:
        """A trade was made, or moved towards settlement."""

    def market_opened(self, state: MarketState) -> None:
        """A market was listed."""

    def tick_changed(self, state: MarketState, old: Price) -> None:
        """The grid changed."""

    def market_closed(self, state: MarketState) -> None:
        """A market ended, with or without a winner."""


class Listeners(Listener):
    """Passes everything on to each of several."""

    def __init__(self) -> None:
        self._all: list[Listener] = []

    def add(self, listener: Listener) -> None:
        """Tell this one too, from now on."""
        self._all.append(listener)

    def level_changed(self, state: MarketState, side: Side, price: Price, order_id: str) -> None:
        """Something was placed, taken or cancelled at a price of the book."""
        for listener in self._all:
            listener.level_changed(state, side, price, order_id)

    def printed(
        self, state: MarketState, token_id: TokenId, side: Side, price: Price, size: Size
    ) -> None:
        """A taker traded, in terms of its own token."""
        for listener in self._all:
            listener.printed(state, token_id, side, price, size)

    def order_changed(self, order: TraderOrder, change: OrderChange) -> None:
        """An account's order was placed, matched in part, or ended."""
        for listener in self._all:
            listener.order_changed(order, change)

    def trade_changed(self, trade: Trade) -> None:
        """A trade was made, or moved towards settlement."""
        for listener in self._all:
            listener.trade_changed(trade)

    def market_opened(self, state: MarketState) -> None:
        """A market was listed."""
        for listener in self._all:
            listener.market_opened(state)

    def tick_changed(self, state: MarketState, old: Price) -> None:
        """The grid changed."""
        for listener in self._all:
            listener.tick_changed(state, old)

    def market_closed(self, state: MarketState) -> None:
        """A market ended, with or without a winner."""
        for listener in self._all:
            listener.market_closed(state)
