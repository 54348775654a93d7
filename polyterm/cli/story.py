"""Facts in words: what happened to an order, one line a fact."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from polyterm.cli.plain import moment

_NOT_TOLD = frozenset({"kind", "at_ms", "order_id", "seq"})


def story(events: Iterable[dict[str, Any]]) -> Iterable[str]:
    """Lines with the time of day in UTC; the day stands before its first line."""
    day = ""
    for event in events:
        date, _, time = (moment(event["at_ms"]) or "").partition("T")
        if date != day:
            day = date
            yield date
        yield f"{time.removesuffix('Z')}  {in_words(event)}"


def in_words(event: dict[str, Any]) -> str:
    """One fact as `plain_event` writes it; a kind without words of its own shows its fields."""
    words = _WORDS.get(event["kind"], _fields)
    return words(event)


def _accepted(event: dict[str, Any]) -> str:
    return f"accepted: {event['summary']}"


def _status(event: dict[str, Any]) -> str:
    return _because(event["status"].replace("_", " ").lower(), event["reason"])


def _resized(event: dict[str, Any]) -> str:
    return f"wants {event['new_size']} shares instead of {event['old_size']}: {event['reason']}"


def _child(event: dict[str, Any]) -> str:
    what = f"{event['side'].lower()} {event['size']} at {event['price']}"
    matched = f", {event['matched']} of it matched" if event["matched"] != "0" else ""
    verb = _CHILD.get(event["status"], event["status"].lower())
    # Older facts have the exchange's own word for the status there, which is no reason.
    reason = "" if event["reason"] == event["status"] else event["reason"]
    return _because(f"{_name(event)} ({what}) {verb}{matched}", reason)


def _adjusted(event: dict[str, Any]) -> str:
    return f"moved {event['old_price']} -> {event['new_price']}: {event['reason']}"


def _filled(event: dict[str, Any]) -> str:
    role = "resting" if event["is_maker"] else "taking"
    fee = f", fee {event['fee']}" if event["fee"] != "0" else ""
    what = f"{event['side'].lower()} {event['size']} at {event['price']}"
    return f"{_name(event)} traded: {what}, {role}{fee}"


def _settled(event: dict[str, Any]) -> str:
    what = f"trade of {event['size']} at {event['price']}"
    return f"{_name(event)}: {what} is {event['status'].lower()}"


def _name(event: dict[str, Any]) -> str:
    return f"child {event['child_id'][:10]}"


def _feed(event: dict[str, Any]) -> str:
    return _because(f"{event['feed']} feed {'up' if event['is_up'] else 'down'}", event["reason"])


def _exchange(event: dict[str, Any]) -> str:
    return _because(f"exchange {'up' if event['is_reachable'] else 'down'}", event["reason"])


def _stop(event: dict[str, Any]) -> str:
    return _because(event["state"].replace("_", " ").lower(), event["reason"])


def _noticed(event: dict[str, Any]) -> str:
    return f"{'ALARM: ' if event['is_alarm'] else ''}{event['text']}"


def _fields(event: dict[str, Any]) -> str:
    told = (
        f"{name.replace('_', ' ')} {value}"
        for name, value in event.items()
        if name not in _NOT_TOLD and value is not None
    )
    return f"{event['kind']}: {', '.join(told)}"


def _because(what: str, reason: str) -> str:
    return f"{what}: {reason}" if reason else what


_CHILD = {
    "WRITTEN": "signed and written down",
    "SENT": "sent",
    "DELAYED": "held by the exchange before matching",
    "LIVE": "accepted by the exchange",
    "UNKNOWN": "is of unknown fate",
    "CANCELLING": "asked to be cancelled",
    "FILLED": "filled",
    "CANCELLED": "cancelled, proved",
    "EXPIRED": "expired",
    "REJECTED": "refused by the exchange",
    "NEVER_LANDED": "never reached the exchange",
}

_WORDS: dict[str, Callable[[dict[str, Any]], str]] = {
    "OrderAccepted": _accepted,
    "OrderStatusChanged": _status,
    "OrderResized": _resized,
    "OrderChanged": lambda event: f"changed: {event['summary']}",
    "ChildChanged": _child,
    "OrderAdjusted": _adjusted,
    "Filled": _filled,
    "FillSettled": _settled,
    "FeedChanged": _feed,
    "ExchangeChanged": _exchange,
    "StopChanged": _stop,
    "Noticed": _noticed,
}
