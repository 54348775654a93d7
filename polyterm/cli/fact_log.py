"""Facts as lines of the log: one place, so that a line about an order always carries its id.

How the exchange and an emergency stop stand is logged where it happens, by `link` and
`emergency_stop`: a fact is told only when it is written, and those lines must not wait for a disk.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from polyterm.cli.plain import plain_event
from polyterm.cli.story import in_words
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

_log = logging.getLogger(__name__)


def log_fact(event: Event) -> None:
    """Write a line about it, at the level of its kind, where anybody wants to read that."""
    level_of = _LEVELS.get(type(event))
    level = logging.NOTSET if level_of is None else level_of(event)
    if level and _log.isEnabledFor(level):
        words = in_words(plain_event(event))
        _log.log(level, "%s", words, extra={"order_id": event.order_id})


def _always(level: int) -> Callable[[Any], int]:
    return lambda _: level


def _warned_of(is_bad: Callable[[Any], bool], otherwise: int) -> Callable[[Any], int]:
    return lambda event: logging.WARNING if is_bad(event) else otherwise


_STEPS: Final = frozenset({ChildStatus.WRITTEN, ChildStatus.CANCELLING})
"""Where a child is on its way; that it was placed, answered or ended is worth more."""

_LEVELS: Final[dict[type[Event], Callable[[Any], int]]] = {
    OrderAccepted: _always(logging.INFO),
    OrderStatusChanged: _always(logging.INFO),
    OrderResized: _always(logging.INFO),
    OrderChanged: _always(logging.INFO),
    ChildChanged: lambda event: logging.DEBUG if event.status in _STEPS else logging.INFO,
    OrderAdjusted: _always(logging.DEBUG),
    Filled: _always(logging.INFO),
    FillSettled: _warned_of(lambda event: event.status is TradeStatus.FAILED, logging.DEBUG),
    FeedChanged: _warned_of(lambda event: not event.is_up, logging.INFO),
    Noticed: _warned_of(lambda event: event.is_alarm, logging.INFO),
}
"""By kind: how much it is worth."""
