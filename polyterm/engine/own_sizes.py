"""Our own sizes in a book, price by price, reckoned anew only when an order of ours has changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from polyterm.engine.clock import Clock
from polyterm.engine.order_register import GHOST_MS, OrderRegister
from polyterm.engine.parent import Child
from polyterm.models.enums import ChildStatus, Side
from polyterm.models.ids import TokenId
from polyterm.models.money import Price, Size

IN_BOOK = frozenset({ChildStatus.LIVE, ChildStatus.CANCELLING})
"""Children that rest at the exchange by its own word."""
Place: TypeAlias = tuple[Side, Price]


@dataclass(frozen=True, slots=True)
class OwnSizes:
    """What is ours in the book of one token."""

    resting: Mapping[Place, Size]
    """Children that the exchange has confirmed as resting."""
    taken_out: Mapping[Place, Size]
    """What to take out of the book to see the others: what rests, and our recent ghosts.

    A book may still show an order for a moment after its end was proved; taken for somebody else's,
    it would be joined or outbid by its own replacement."""
    version: int
    until_ms: int | None
    """When the first of the ghosts is gone; nothing where there is none."""


NOTHING = OwnSizes({}, {}, 0, None)


class OwnBooks:
    """Keeps the sizes of every token."""

    def __init__(self, register: OrderRegister, clock: Clock) -> None:
        self._register = register
        self._clock = clock
        self._kept: dict[TokenId, OwnSizes] = {}

    def sizes(self, token_id: TokenId) -> OwnSizes:
        """What is ours in a book now; the same object for as long as it is the same."""
        kept, version = self._kept.get(token_id, NOTHING), self._register.version_of(token_id)
        is_over = kept.until_ms is not None and self._clock.now_ms() > kept.until_ms
        if kept.version == version and not is_over:
            return kept
        kept = self._kept[token_id] = _of(tuple(self._register.in_book(token_id)), version)
        return kept


def _of(children: tuple[Child, ...], version: int) -> OwnSizes:
    resting, ghosts = Counter[Place](), Counter[Place]()
    ends: list[int] = []
    for child in children:
        record = child.record
        if child.status in IN_BOOK:
            resting[record.side, record.price] += child.remaining
        elif child.status.is_final:
            ghosts[record.side, record.price] += max(record.size - child.matched, 0)
            ends.append(record.ended_ms or 0)
    until_ms = min(ends) + GHOST_MS if ends else None
    return OwnSizes(resting, resting + ghosts, version, until_ms)
