"""Facts in words: one line of the log for each kind of event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from polyterm.models.enums import ChildStatus, Side, TradeStatus
from polyterm.models.events import (
    ChildChanged,
    Event,
    ExchangeChanged,
    FeedChanged,
    Filled,
    FillSettled,
    Noticed,
    OrderAccepted,
    OrderAdjusted,
    OrderChanged,
    OrderResized,
    OrderStatusChanged,
    StopChanged,
)
from polyterm.models.money import format_dollars, format_price
from polyterm.widgets.numbers import size_text
from polyterm.widgets.order_table import STATUS_WORDS


def fact_text(event: Event) -> str | None:
    """The event in words; nothing for what only the order's own page shows."""
    return _WORDS[type(event)](event)


def is_alarm(event: Event) -> bool:
    """Whether a person must look at it now."""
    match event:
        case Noticed():
            return event.is_alarm
        case FillSettled():
            return event.status is TradeStatus.FAILED
        case ChildChanged():
            return event.status is ChildStatus.UNKNOWN
        case FeedChanged():
            return not event.is_up
        case ExchangeChanged():
            return not event.is_reachable
        case _:
            return False


def _filled(event: Filled) -> str:
    word = "bought" if event.side is Side.BUY else "sold"
    role = "maker" if event.is_maker else "taker"
    fee = f", fee {format_dollars(event.fee)}" if event.fee else ""
    return f"{word} {size_text(event.size)} at {format_price(event.price)}, {role}{fee}"


def _settled(event: FillSettled) -> str | None:
    what = f"{size_text(event.size)} at {format_price(event.price)}"
    if event.status is TradeStatus.FAILED:
        return f"settlement failed, {what} taken back"
    return f"settled {what}" if event.status is TradeStatus.CONFIRMED else None


def _adjusted(event: OrderAdjusted) -> str:
    old, new = format_price(event.old_price), format_price(event.new_price)
    return f"moved {old} → {new} (#{event.number}): {event.reason}"


def _child(event: ChildChanged) -> str | None:
    words = {
        ChildStatus.UNKNOWN: "outcome not known, asking the exchange",
        ChildStatus.REJECTED: "refused by the exchange",
        ChildStatus.NEVER_LANDED: "never reached the exchange",
    }
    word = words.get(event.status)
    return f"{word}: {event.reason}" if word and event.reason else word


def _feed(event: FeedChanged) -> str:
    return f"{event.feed} feed {'up' if event.is_up else 'DOWN'}{_because(event.reason)}"


def _exchange(event: ExchangeChanged) -> str:
    if event.is_reachable:
        return "exchange answers"
    return f"exchange DOES NOT ANSWER{_because(event.reason)}"


def _stop(event: StopChanged) -> str:
    proof = "" if event.open_orders is None else f", {event.open_orders} open orders"
    return f"emergency stop: {event.state.replace('_', ' ').lower()}{proof}{_because(event.reason)}"


def _status(event: OrderStatusChanged) -> str:
    return f"{STATUS_WORDS[event.status]}{_because(event.reason)}"


def _resized(event: OrderResized) -> str:
    sizes = f"{size_text(event.old_size)} → {size_text(event.new_size)}"
    return f"size {sizes}{_because(event.reason)}"


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""


_WORDS: dict[type[Any], Callable[[Any], str | None]] = {
    OrderAccepted: lambda event: f"accepted: {event.summary}",
    OrderStatusChanged: _status,
    OrderResized: _resized,
    OrderChanged: lambda event: f"changed: {event.summary}",
    ChildChanged: _child,
    OrderAdjusted: _adjusted,
    Filled: _filled,
    FillSettled: _settled,
    FeedChanged: _feed,
    ExchangeChanged: _exchange,
    StopChanged: _stop,
    Noticed: lambda event: event.text,
}
