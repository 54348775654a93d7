"""What the exchange notes down for an account to read (`protocol.md` 1.2, /notifications)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from itertools import count

from polyterm.models.enums import TradeStatus
from polyterm.models.money import format_price, format_units
from polyterm.simulator.accounts import HOUSE_OWNER
from polyterm.simulator.listener import Listener, OrderChange
from polyterm.simulator.orders import TraderOrder
from polyterm.simulator.trades import Trade

MAX_KEPT = 200
"""Notes kept for one API key; the oldest go first."""


class NoteType(IntEnum):
    """The numbers that the exchange gives them."""

    ORDER_CANCELLED = 1
    ORDER_FILL = 2
    ORDER_FILL_FAILED = 8


_OF_TRADE = {
    TradeStatus.MATCHED: NoteType.ORDER_FILL,
    TradeStatus.FAILED: NoteType.ORDER_FILL_FAILED,
}


@dataclass(frozen=True, slots=True)
class Note:
    """One notification."""

    id: int
    type: NoteType
    owner: str
    """API key."""
    payload: dict[str, object]


class Notifications(Listener):
    """Notes by API key."""

    def __init__(self) -> None:
        self._ids = count(1)
        self._notes: dict[str, deque[Note]] = {}

    def of(self, owner: str) -> tuple[Note, ...]:
        """The notes of a key, oldest first."""
        return tuple(self._notes.get(owner, ()))

    def drop(self, owner: str, ids: Iterable[str]) -> None:
        """Forget the notes of these ids."""
        unwanted = set(ids)
        kept = (note for note in self.of(owner) if str(note.id) not in unwanted)
        self._notes[owner] = deque(kept, MAX_KEPT)

    def order_changed(self, order: TraderOrder, change: OrderChange) -> None:
        """Note a cancellation."""
        if change is OrderChange.CANCELLATION:
            payload: dict[str, object] = {"order_id": order.id, "status": order.status}
            self._add(NoteType.ORDER_CANCELLED, order.owner, payload)

    def trade_changed(self, trade: Trade) -> None:
        """Note a fill, or that it failed, for each trader in it."""
        note_type = _OF_TRADE.get(trade.status)
        if note_type is None:
            return
        for leg in trade.legs:
            if leg.owner == HOUSE_OWNER:
                continue
            payload: dict[str, object] = {
                "trade_id": trade.id,
                "order_id": leg.order_id,
                "asset_id": leg.token_id,
                "side": leg.side,
                "price": format_price(leg.price, 0),
                "matched_size": format_units(leg.size, 0),
            }
            self._add(note_type, leg.owner, payload)

    def _add(self, note_type: NoteType, owner: str, payload: dict[str, object]) -> None:
        notes = self._notes.setdefault(owner, deque(maxlen=MAX_KEPT))
        notes.append(Note(next(self._ids), note_type, owner, payload))
