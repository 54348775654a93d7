"""The closed vocabularies: every word that is stored, shown or sent."""

from __future__ import annotations

from enum import StrEnum


class Side(StrEnum):
    """Direction of an order, which also knows which way prices get better."""

    BUY = "BUY"
    SELL = "SELL"

    @property
    def opposite(self) -> Side:
        """The side that trades against this one."""
        return Side.SELL if self is Side.BUY else Side.BUY

    @property
    def sign(self) -> int:
        """+1 for a buy, -1 for a sell, as cost analysis uses it."""
        return 1 if self is Side.BUY else -1

    def within(self, price: int, worst: int) -> bool:
        """Whether `price` is no worse for this side than `worst`."""
        return price <= worst if self is Side.BUY else price >= worst

    def crosses(self, price: int, opposite_best: int) -> bool:
        """Whether an order at `price` would trade against the opposite best; equality trades."""
        return self.within(opposite_best, price)


class OrderStatus(StrEnum):
    """Where a parent order stands."""

    QUEUED = "QUEUED"
    ACTIVE = "ACTIVE"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    PAUSED = "PAUSED"
    NEEDS_DECISION = "NEEDS_DECISION"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"

    @property
    def is_final(self) -> bool:
        """Whether nothing will happen to the order any more."""
        return self in _FINAL_ORDER


_FINAL_ORDER = frozenset({OrderStatus.COMPLETED, OrderStatus.CANCELLED, OrderStatus.FAILED})


class ChildStatus(StrEnum):
    """What is known of a child order; see `polyterm.engine.child_states` for the moves between."""

    WRITTEN = "WRITTEN"
    """Signed and committed to the journal, not yet sent."""
    SENT = "SENT"
    """Bytes handed to the network, no answer yet."""
    DELAYED = "DELAYED"
    """Accepted, held by the exchange's taker delay; cannot be cancelled."""
    LIVE = "LIVE"
    """Resting, on the exchange's word."""
    UNKNOWN = "UNKNOWN"
    """The outcome of the send is not known; it counts as live until proved otherwise."""
    CANCELLING = "CANCELLING"
    """A cancel was asked for, and not yet proved."""
    FILLED = "FILLED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    REJECTED = "REJECTED"
    NEVER_LANDED = "NEVER_LANDED"
    """Proved never to have reached the exchange."""

    @property
    def is_final(self) -> bool:
        """Whether the exchange can no longer fill it."""
        return self in _FINAL_CHILD


_FINAL_CHILD = frozenset(
    {
        ChildStatus.FILLED,
        ChildStatus.CANCELLED,
        ChildStatus.EXPIRED,
        ChildStatus.REJECTED,
        ChildStatus.NEVER_LANDED,
    }
)


class OrderType(StrEnum):
    """The exchange's order types (`protocol.md` 3.3)."""

    GTC = "GTC"
    GTD = "GTD"
    FOK = "FOK"
    FAK = "FAK"

    @property
    def rests(self) -> bool:
        """Whether what does not trade at once stays in the book."""
        return self in {OrderType.GTC, OrderType.GTD}


class Urgency(StrEnum):
    """How soon a trader gives up price for time."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"


class EndAction(StrEnum):
    """What happens to the unfilled rest at the deadline."""

    CROSS = "cross"
    """Take what the limit allows, then end."""
    LEAVE = "leave"
    """Leave the resting child at the exchange."""
    CANCEL = "cancel"


class TradeStatus(StrEnum):
    """Settlement of one trade (`protocol.md` 3.9)."""

    MATCHED = "MATCHED"
    MINED = "MINED"
    CONFIRMED = "CONFIRMED"
    RETRYING = "RETRYING"
    FAILED = "FAILED"

    @property
    def is_final(self) -> bool:
        """Whether the trade settled or was undone."""
        return self in {TradeStatus.CONFIRMED, TradeStatus.FAILED}


class VenueName(StrEnum):
    """A named setting of the exchange; each has a database of its own."""

    DEMO = "demo"
    REPLAY = "replay"
    LIVE = "live"

    @property
    def is_real_money(self) -> bool:
        """Whether orders spend real dollars."""
        return self is VenueName.LIVE
