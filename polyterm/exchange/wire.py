"""What the exchange writes, as it writes it (`protocol.md` 1.3 to 2.3).

Tolerant on purpose: unknown keys are ignored, and numbers may be strings, bare or blank. What a
value means is for `mapping` to say.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from polyterm.exchange.numbers import Number
from polyterm.models.enums import Side
from polyterm.models.ids import ConditionId, TokenId

Text: TypeAlias = str | None


class _Wire(msgspec.Struct, gc=False):
    pass


class WireLevel(_Wire):
    """One price of a book."""

    price: Number
    size: Number


class _Event(msgspec.Struct, tag_field="event_type", gc=False):
    pass


class BookEvent(_Event, tag="book"):
    """A whole book; REST tells it in the same shape, without the tag."""

    asset_id: TokenId
    bids: list[WireLevel] | None = None
    asks: list[WireLevel] | None = None
    timestamp: Number = None
    tick_size: Number = None
    min_order_size: Number = None


class WireChange(_Wire):
    """The new aggregate size at one price of one token."""

    asset_id: TokenId
    price: Number
    size: Number
    side: Side
    best_bid: Number = None
    best_ask: Number = None


class PriceChangeEvent(_Event, tag="price_change"):
    """Some levels changed, of one or both tokens of a market."""

    price_changes: list[WireChange] | None = None
    timestamp: Number = None


class PlainChange(_Wire):
    """A change as nearly all are written: everything there, every number a string."""

    asset_id: TokenId
    price: str
    size: str
    side: Side
    best_bid: str
    best_ask: str


class PlainPriceChange(_Wire):
    """A price change of plain changes: read in half the time that it takes to tell all apart."""

    event_type: Literal["price_change"]
    price_changes: list[PlainChange]
    timestamp: str


class TickSizeEvent(_Event, tag="tick_size_change"):
    """A token's grid changed."""

    asset_id: TokenId
    new_tick_size: Number


class LastTradeEvent(_Event, tag="last_trade_price"):
    """A print."""

    asset_id: TokenId
    price: Number
    size: Number
    side: Side
    timestamp: Number = None


class BestBidAskEvent(_Event, tag="best_bid_ask"):
    """The best prices of a token."""

    asset_id: TokenId
    best_bid: Number = None
    best_ask: Number = None


class ResolvedEvent(_Event, tag="market_resolved"):
    """A market is over."""

    market: ConditionId
    winning_asset_id: TokenId | None = None


class NewMarketEvent(_Event, tag="new_market"):
    """A market was opened; nothing here needs more of it."""


MarketEvent: TypeAlias = (
    BookEvent
    | PriceChangeEvent
    | TickSizeEvent
    | LastTradeEvent
    | BestBidAskEvent
    | ResolvedEvent
    | NewMarketEvent
)


class WireOrder(msgspec.Struct):
    """An order, on the user channel or from REST."""

    id: str
    side: str
    status: Text = None
    type: Text = None
    market: Text = None
    asset_id: Text = None
    price: Number = None
    original_size: Number = None
    size_matched: Number = None
    order_type: Text = None
    created_at: Number = None


class WireMakerOrder(msgspec.Struct):
    """One maker's part in a trade."""

    order_id: str
    owner: Text = None
    asset_id: Text = None
    side: Text = None
    price: Number = None
    matched_amount: Number = None


class WireTrade(msgspec.Struct):
    """A trade, on the user channel or from REST; the top level speaks of the taker."""

    id: str
    side: str
    asset_id: str
    market: Text = None
    status: Text = None
    taker_order_id: Text = None
    owner: Text = None
    trade_owner: Text = None
    trader_side: Text = None
    price: Number = None
    size: Number = None
    match_time: Number = None
    matchtime: Number = None
    last_update: Number = None
    timestamp: Number = None
    err_msg: Text = None
    maker_orders: list[WireMakerOrder] | None = None

    @property
    def matched_at(self) -> Number:
        """When it matched, under whichever name it is told."""
        return self.match_time or self.matchtime or self.timestamp or self.last_update


class OrdersPage(msgspec.Struct):
    """A page of open orders."""

    data: list[WireOrder] | None = None
    next_cursor: Text = None


class TradesPage(msgspec.Struct):
    """A page of trades."""

    data: list[WireTrade] | None = None
    next_cursor: Text = None


class OrderReply(msgspec.Struct):
    """The answer to POST /order."""

    success: bool | None = None
    orderID: Text = None
    status: Text = None
    errorMsg: Text = None
    tradeIDs: list[str] | None = None


class CancelReply(msgspec.Struct):
    """The answer to every kind of cancel."""

    canceled: list[str] | None
    not_canceled: dict[str, str] | None = None


class ApiKeyReply(msgspec.Struct):
    """API credentials, created or derived."""

    apiKey: str
    secret: str
    passphrase: str


class BalanceReply(msgspec.Struct):
    """A balance of the account."""

    balance: Number = None


class TickReply(msgspec.Struct):
    """The answer of GET /tick-size."""

    minimum_tick_size: Number


class TokenReply(msgspec.Struct):
    """The answer of GET /markets-by-token."""

    condition_id: str


class HeartbeatReply(msgspec.Struct):
    """The id that the next heartbeat has to carry."""

    heartbeat_id: str
