"""Orders, trades and books of the wire, as the engine knows them."""

from __future__ import annotations

from collections.abc import Iterable

from polyterm.engine.ports import (
    BookSnapshot,
    RemoteOrder,
    RemoteStatus,
    TradeLeg,
    TradeReport,
)
from polyterm.exchange.numbers import (
    Number,
    UnreadableError,
    is_micro,
    millis,
    near_price,
    near_units,
    price,
    units,
)
from polyterm.exchange.wire import (
    BookEvent,
    WireLevel,
    WireMakerOrder,
    WireOrder,
    WireTrade,
)
from polyterm.models.book import Level
from polyterm.models.enums import OrderType, Side, TradeStatus
from polyterm.models.ids import ChildId, ConditionId, TokenId, TradeId
from polyterm.models.money import PRICE_ONE, UNIT
from polyterm.models.text import clean

_STATUSES = {
    "LIVE": RemoteStatus.LIVE,
    "DELAYED": RemoteStatus.DELAYED,
    "MATCHED": RemoteStatus.MATCHED,
    "INVALID": RemoteStatus.INVALID,
    "CANCELED": RemoteStatus.CANCELLED,
    "CANCELLED": RemoteStatus.CANCELLED,
    "CANCELED_EXPIRED_ORDER": RemoteStatus.EXPIRED,
    "CANCELED_MARKET_RESOLVED": RemoteStatus.MARKET_CLOSED,
    "CANCELED_MARKET_NOT_FOUND": RemoteStatus.MARKET_CLOSED,
    "CANCELED_NOT_ENOUGH_BALANCE": RemoteStatus.NO_BALANCE,
}
"""Anything else that begins with CANCELED_ is cancelled, with a text of its own."""
_TRADE_STATUSES = {
    **{status.value: status for status in TradeStatus},
    "MATCHED_NOT_BROADCASTED": TradeStatus.MATCHED,
}


def remote_order(wire: WireOrder) -> RemoteOrder:
    """An order; `UnreadableError` where its side or a number cannot be read."""
    side = _side(wire.side)
    order_type = _order_type(wire.order_type)
    limit = near_price(wire.price)
    is_in_millionths = is_micro(wire.original_size)
    size = _sized(wire.original_size, is_in_millionths)
    if side is Side.BUY and not order_type.rests and limit:
        # Such a buy is sized in dollars, and so it is stated (`protocol.md` 2.3).
        size = size * PRICE_ONE // limit
    return RemoteOrder(
        child_id=ChildId(wire.id),
        condition_id=ConditionId(wire.market or ""),
        token_id=TokenId(wire.asset_id or ""),
        side=side,
        price=limit,
        size=size,
        matched=_sized(wire.size_matched, is_in_millionths),
        status=remote_status(wire.status or "", wire.type or ""),
        order_type=order_type,
        created_ms=millis(wire.created_at),
        text=clean(wire.status or wire.type or ""),
    )


def remote_status(word: str, event: str = "") -> RemoteStatus:
    """Fold the spellings of a status; an event that says CANCELLATION ends what seems alive."""
    folded = word.upper().removeprefix("ORDER_STATUS_")
    status = _STATUSES.get(folded, RemoteStatus.UNKNOWN)
    if status is RemoteStatus.UNKNOWN and folded.startswith("CANCELED_"):
        return RemoteStatus.CANCELLED
    if event.upper() == "CANCELLATION" and not status.is_final:
        return RemoteStatus.CANCELLED
    return status


def trade_report(wire: WireTrade, api_key: str) -> TradeReport | None:
    """A trade reduced to our legs; nothing where none is ours, `UnreadableError` where unreadable.

    A status outside the protocol is taken as MATCHED: the trade is there, and provisional.
    """
    legs = tuple(_legs(wire, api_key))
    if not legs:
        return None
    word = (wire.status or "").upper().removeprefix("TRADE_STATUS_")
    return TradeReport(
        trade_id=TradeId(wire.id),
        condition_id=ConditionId(wire.market or ""),
        status=_TRADE_STATUSES.get(word, TradeStatus.MATCHED),
        at_ms=millis(wire.matched_at) or 0,
        legs=legs,
        text=clean(wire.err_msg or (word if word not in _TRADE_STATUSES else "")),
    )


def book_snapshot(wire: BookEvent) -> BookSnapshot:
    """A whole book; `UnreadableError` where a number cannot be read."""
    return BookSnapshot(
        token_id=wire.asset_id,
        bids=levels(wire.bids),
        asks=levels(wire.asks),
        at_ms=millis(wire.timestamp) or 0,
        tick=price(wire.tick_size) if wire.tick_size else None,
        min_size=units(wire.min_order_size) if wire.min_order_size else None,
    )


def levels(wire: Iterable[WireLevel] | None) -> tuple[Level, ...]:
    """Levels in the order they came, which the protocol does not settle."""
    return tuple(Level(price(level.price), units(level.size)) for level in wire or ())


def _legs(wire: WireTrade, api_key: str) -> Iterable[TradeLeg]:
    taker_side = _side(wire.side)
    if _is_ours_as_taker(wire, api_key):
        yield TradeLeg(
            child_id=ChildId(wire.taker_order_id or ""),
            token_id=TokenId(wire.asset_id),
            side=taker_side,
            price=near_price(wire.price),
            size=_sized(wire.size, is_micro(wire.size)),
            is_maker=False,
        )
    for maker in wire.maker_orders or ():
        if maker.owner == api_key:
            yield _maker_leg(maker, wire.asset_id, taker_side)


def _is_ours_as_taker(wire: WireTrade, api_key: str) -> bool:
    if (wire.trader_side or "TAKER").upper() != "TAKER":
        # To a maker too, the top level may name its own key as the owner of the event.
        return False
    return api_key in {wire.owner, wire.trade_owner}


def _maker_leg(maker: WireMakerOrder, taker_token: str, taker_side: Side) -> TradeLeg:
    token = maker.asset_id or taker_token
    if maker.side:
        side = _side(maker.side)
    else:
        # A buy of one outcome meets a buy of the other: both pay, and a pair of shares is made.
        side = taker_side.opposite if token == taker_token else taker_side
    return TradeLeg(
        child_id=ChildId(maker.order_id),
        token_id=TokenId(token),
        side=side,
        price=near_price(maker.price),
        size=_sized(maker.matched_amount, is_micro(maker.matched_amount)),
        is_maker=True,
    )


def _sized(value: Number, is_in_millionths: bool) -> int:
    found = near_units(value)
    return found // UNIT if is_in_millionths else found


def _side(word: str) -> Side:
    try:
        return Side(word.upper())
    except ValueError:
        raise UnreadableError(f"not a side: {clean(word)!r}") from None


def _order_type(word: str | None) -> OrderType:
    try:
        return OrderType((word or "").upper())
    except ValueError:
        return OrderType.GTC
