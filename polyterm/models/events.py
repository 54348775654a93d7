"""Facts: what happened, in order, written to the journal before anybody is told."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

import msgspec

from polyterm.models.enums import ChildStatus, OrderStatus, Side, TradeStatus, Urgency
from polyterm.models.ids import ChildId, OrderId, TradeId
from polyterm.models.money import Dollars, Price, Size


class Feed(StrEnum):
    """A stream from the exchange."""

    MARKET = "market"
    USER = "user"


class StopState(StrEnum):
    """Where an emergency stop stands (rule R8)."""

    RUNNING = "RUNNING"
    """No stop: orders may be sent."""
    STOPPING = "STOPPING"
    """The gate is closed; cancels are on their way."""
    STOPPED_VERIFIED = "STOPPED_VERIFIED"
    """The exchange was read back and shows no open order."""
    STOP_UNVERIFIED = "STOP_UNVERIFIED"
    """The gate is closed, but the exchange could not be read back yet; still trying."""


class _Fact(msgspec.Struct, frozen=True, kw_only=True, tag=True, tag_field="kind"):
    at_ms: int
    """When, epoch milliseconds, our clock."""
    order_id: OrderId | None = None
    """The parent it is about."""
    seq: int = 0
    """Place in the journal, from 1; 0 before it is written."""


class OrderAccepted(_Fact, frozen=True):
    """A parent order was checked, written down and queued."""

    summary: str


class OrderStatusChanged(_Fact, frozen=True):
    """A parent order moved, and why."""

    status: OrderStatus
    reason: str


class OrderResized(_Fact, frozen=True):
    """The strategy or the trader set another target size."""

    old_size: Size
    new_size: Size
    reason: str


class OrderChanged(_Fact, frozen=True):
    """The trader changed a working order; all that may be changed, as it stands now."""

    old_size: Size
    new_size: Size
    worst_price: Price
    urgency: Urgency
    deadline_ms: int | None
    summary: str
    """What was changed, in words."""


class ChildChanged(_Fact, frozen=True):
    """A child order moved, and why."""

    child_id: ChildId
    status: ChildStatus
    side: Side
    price: Price
    size: Size
    matched: Size
    reason: str


class OrderAdjusted(_Fact, frozen=True):
    """A child was cancelled and replaced at another price."""

    old_price: Price
    new_price: Price
    size: Size
    number: int
    """Which adjustment of the order this was, from 1."""
    reason: str


class Filled(_Fact, frozen=True):
    """A child traded; provisional until `FillSettled` says CONFIRMED."""

    child_id: ChildId
    trade_id: TradeId
    side: Side
    price: Price
    size: Size
    fee: Dollars
    is_maker: bool


class FillSettled(_Fact, frozen=True):
    """A trade moved on towards settlement, or failed and was reversed."""

    child_id: ChildId
    trade_id: TradeId
    status: TradeStatus
    price: Price
    size: Size


class FeedChanged(_Fact, frozen=True):
    """A stream came up or went down."""

    feed: Feed
    is_up: bool
    reason: str


class ExchangeChanged(_Fact, frozen=True):
    """The exchange became reachable, or stopped answering."""

    is_reachable: bool
    reason: str


class StopChanged(_Fact, frozen=True):
    """The emergency stop moved on."""

    state: StopState
    open_orders: int | None
    """Open orders the exchange showed when it was last read back; nothing before that."""
    reason: str


class Noticed(_Fact, frozen=True):
    """Something a person should read that changed no order."""

    is_alarm: bool
    text: str


Event: TypeAlias = (
    OrderAccepted
    | OrderStatusChanged
    | OrderResized
    | OrderChanged
    | ChildChanged
    | OrderAdjusted
    | Filled
    | FillSettled
    | FeedChanged
    | ExchangeChanged
    | StopChanged
    | Noticed
)


def encode_event(event: Event) -> bytes:
    """The event as JSON, for the journal and the wire."""
    return msgspec.json.encode(event)


_DECODER: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


def decode_event(data: bytes) -> Event:
    """Read an event back; `msgspec.ValidationError` where it is not one."""
    return _DECODER.decode(data)
