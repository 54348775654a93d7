"""The life of a child order: one table of (status, what happened) -> status.

Every move that is not in the table is an error: it is logged, and the status stays. Final statuses
are left only by late evidence from the exchange itself, which always wins over our conclusion.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from polyterm.models.enums import ChildStatus as S


class ChildEvent(StrEnum):
    """What can happen to a child order."""

    SEND = "send"
    """Its bytes are handed to the network."""
    SEEN_LIVE = "seen live"
    """The exchange says that it rests."""
    SEEN_DELAYED = "seen delayed"
    """The exchange holds it before matching."""
    REFUSED = "refused"
    """The exchange proved that it will not take it."""
    LOST_SIGHT = "lost sight"
    """The answer did not prove what happened."""
    VANISHED = "vanished"
    """It rested, and the exchange shows it no more, without saying why."""
    ASK_CANCEL = "ask cancel"
    """A cancel is about to be sent."""
    SEEN_FILLED = "seen filled"
    """The exchange says that all of it matched."""
    SEEN_DEAD = "seen dead"
    """The exchange says that it was cancelled, or that its rest was killed."""
    SEEN_EXPIRED = "seen expired"
    """The exchange says that its time was over."""
    REVIVED = "revived"
    """It counted as dead, and the exchange has kept showing it as open."""
    DISPROVED = "disproved"
    """It was proved never to have reached the exchange."""


E = ChildEvent

_SEEN: Final = {
    E.SEEN_LIVE: S.LIVE,
    E.SEEN_DELAYED: S.DELAYED,
    E.SEEN_FILLED: S.FILLED,
    E.SEEN_DEAD: S.CANCELLED,
    E.SEEN_EXPIRED: S.EXPIRED,
}
"""What the exchange says of an order whose fate was open."""

MOVES: Final[dict[S, dict[ChildEvent, S]]] = {
    S.WRITTEN: _SEEN
    | {
        E.SEND: S.SENT,
        E.REFUSED: S.REJECTED,
        E.LOST_SIGHT: S.UNKNOWN,
        E.DISPROVED: S.NEVER_LANDED,
    },
    S.SENT: _SEEN
    | {
        E.REFUSED: S.REJECTED,
        E.LOST_SIGHT: S.UNKNOWN,
        E.DISPROVED: S.NEVER_LANDED,
        E.ASK_CANCEL: S.CANCELLING,
    },
    S.UNKNOWN: _SEEN
    | {
        E.REFUSED: S.REJECTED,
        E.LOST_SIGHT: S.UNKNOWN,
        E.DISPROVED: S.NEVER_LANDED,
        E.ASK_CANCEL: S.UNKNOWN,
    },
    S.DELAYED: _SEEN | {E.ASK_CANCEL: S.DELAYED, E.LOST_SIGHT: S.UNKNOWN},
    S.LIVE: _SEEN
    | {
        E.ASK_CANCEL: S.CANCELLING,
        E.SEEN_DELAYED: S.LIVE,
        E.LOST_SIGHT: S.LIVE,
        E.VANISHED: S.UNKNOWN,
    },
    S.CANCELLING: _SEEN
    | {
        E.SEEN_LIVE: S.CANCELLING,
        E.SEEN_DELAYED: S.CANCELLING,
        E.ASK_CANCEL: S.CANCELLING,
        E.LOST_SIGHT: S.CANCELLING,
        E.REFUSED: S.REJECTED,
        E.DISPROVED: S.NEVER_LANDED,
    },
    S.NEVER_LANDED: _SEEN | {E.REFUSED: S.REJECTED, E.DISPROVED: S.NEVER_LANDED},
    S.REJECTED: _SEEN | {E.REFUSED: S.REJECTED, E.DISPROVED: S.REJECTED},
    S.CANCELLED: {
        E.REVIVED: S.LIVE,
        E.SEEN_FILLED: S.FILLED,
        E.SEEN_EXPIRED: S.EXPIRED,
        E.SEEN_DEAD: S.CANCELLED,
    },
    S.EXPIRED: {
        E.REVIVED: S.LIVE,
        E.SEEN_FILLED: S.FILLED,
        E.SEEN_DEAD: S.EXPIRED,
        E.SEEN_EXPIRED: S.EXPIRED,
    },
    S.FILLED: dict.fromkeys((E.SEEN_FILLED, E.SEEN_DEAD, E.SEEN_EXPIRED), S.FILLED),
}


def next_status(status: S, event: ChildEvent) -> S | None:
    """Where the child goes, or nothing where the table has no such move."""
    return MOVES[status].get(event)


def is_stale_news(status: S, event: ChildEvent) -> bool:
    """Whether the event is an old picture of a child that has moved on since: to be ignored.

    Feeds and reads are not ordered between each other, so a dead child may be shown as live once
    more; that is no contradiction.
    """
    return status in {S.CANCELLED, S.EXPIRED, S.FILLED} and event in {
        E.SEEN_LIVE,
        E.SEEN_DELAYED,
        E.REFUSED,
        E.LOST_SIGHT,
        E.ASK_CANCEL,
    }
