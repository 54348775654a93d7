"""Facts as lines of the log: one place, so that a line about an order always carries its id.

How the exchange and an emergency stop stand is logged where it happens, by `link` and
`emergency_stop`: a fact is told only when it is written, and those lines must not wait for a disk.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from polyterm.models.enums import ChildStatus, TradeStatus
from polyterm.models.events import (
    ChildChanged,
    Event,
    FeedChanged,
    Filled,
    FillSettled,
    Noticed,
    OrderAccepted,
    OrderAdjusted,
    OrderChanged,
    OrderResized,
    OrderStatusChanged,
)
from polyterm.models.money import format_price, format_units

_log = logging.getLogger(__name__)


def log_fact(event: Event) -> None:
    """Write a line about it, at the level of its kind, where anybody wants to read that."""
    line = _LINES.get(type(event))
    if line is None:
        return
    level_of, words = line
    level = level_of(event)
    if _log.isEnabledFor(level):
        _log.log(level, "%s", words(event), extra={"order_id": event.order_id})


def _child_level(event: ChildChanged) -> int:
    return _CHILD_LEVELS.get(event.status, logging.INFO)


def _settled_level(event: FillSettled) -> int:
    return logging.WARNING if event.status is TradeStatus.FAILED else logging.DEBUG


def _feed_level(event: FeedChanged) -> int:
    return logging.INFO if event.is_up else logging.WARNING


def _noticed_level(event: Noticed) -> int:
    return logging.WARNING if event.is_alarm else logging.INFO


def _always(level: int) -> Callable[[Any], int]:
    return lambda _: level


def _status(event: OrderStatusChanged) -> str:
    return _because(event.status.value, event.reason)


def _resized(event: OrderResized) -> str:
    sizes = f"{format_units(event.new_size)} shares instead of {format_units(event.old_size)}"
    return _because(f"wants {sizes}", event.reason)


def _child(event: ChildChanged) -> str:
    what = f"{event.side} {format_units(event.size)} at {format_price(event.price)}"
    matched = f", {format_units(event.matched)} matched" if event.matched else ""
    moved = f"child {event.child_id[:10]} ({what}{matched}) {_CHILD_WORDS[event.status]}"
    # Its status in the exchange's words says nothing that was not said already.
    return _because(moved, "" if event.reason == event.status else event.reason)


def _adjusted(event: OrderAdjusted) -> str:
    prices = f"{format_price(event.old_price)} -> {format_price(event.new_price)}"
    return _because(f"adjustment {event.number}: {prices}", event.reason)


def _filled(event: Filled) -> str:
    what = f"{event.side} {format_units(event.size)} at {format_price(event.price)}"
    role = "maker" if event.is_maker else "taker"
    return f"child {event.child_id[:10]} filled {what}, {role}, fee {format_units(event.fee)}"


def _settled(event: FillSettled) -> str:
    what = f"{format_units(event.size)} at {format_price(event.price)}"
    return f"child {event.child_id[:10]}: fill of {what} is {event.status}"


def _feed(event: FeedChanged) -> str:
    return _because(f"{event.feed} feed {'up' if event.is_up else 'down'}", event.reason)


def _because(what: str, reason: str) -> str:
    return f"{what}: {reason}" if reason else what


_CHILD_LEVELS: Final = {
    ChildStatus.WRITTEN: logging.DEBUG,
    ChildStatus.CANCELLING: logging.DEBUG,
}
"""Steps on the way; where a child was placed, answered or ended is worth more."""

_CHILD_WORDS: Final = {
    ChildStatus.WRITTEN: "written down",
    ChildStatus.SENT: "placed",
    ChildStatus.DELAYED: "answered: held before matching",
    ChildStatus.LIVE: "answered: accepted",
    ChildStatus.UNKNOWN: "is of unknown fate",
    ChildStatus.CANCELLING: "asked to be cancelled",
    ChildStatus.FILLED: "ended: filled",
    ChildStatus.CANCELLED: "ended: cancelled",
    ChildStatus.EXPIRED: "ended: expired",
    ChildStatus.REJECTED: "ended: refused",
    ChildStatus.NEVER_LANDED: "ended: never reached the exchange",
}

_Line = tuple[Callable[[Any], int], Callable[[Any], str]]

_LINES: Final[dict[type[Event], _Line]] = {
    OrderAccepted: (_always(logging.INFO), lambda event: f"accepted: {event.summary}"),
    OrderStatusChanged: (_always(logging.INFO), _status),
    OrderResized: (_always(logging.INFO), _resized),
    OrderChanged: (_always(logging.INFO), lambda event: f"changed: {event.summary}"),
    ChildChanged: (_child_level, _child),
    OrderAdjusted: (_always(logging.DEBUG), _adjusted),
    Filled: (_always(logging.INFO), _filled),
    FillSettled: (_settled_level, _settled),
    FeedChanged: (_feed_level, _feed),
    Noticed: (_noticed_level, lambda event: event.text),
}
"""By kind: how much it is worth, and its words."""
