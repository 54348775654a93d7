"""One parent order at run time: its record, its children and fills, and the sums over them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from random import Random

from polyterm.engine.records import ChildRecord, FillRecord, ParentRecord
from polyterm.models.enums import ChildStatus, OrderStatus, Side, TradeStatus
from polyterm.models.events import OrderAdjusted
from polyterm.models.ids import ChildId, OrderId, TokenId, TradeId
from polyterm.models.money import SIZE_STEP, Dollars, Size, notional

DUST: Size = SIZE_STEP
"""Differences below 0.01 share are rounding, not orders (`protocol.md` 3.6)."""


@dataclass(slots=True, eq=False)
class Child:
    """A child order and the trades that are known of it."""

    record: ChildRecord
    has_rested: bool = False
    """Whether the exchange ever showed it as resting, in whichever run."""
    stepped_ahead: bool = False
    """Whether others bettered its price within moments of its being shown, in this run."""
    ahead: Size | None = None
    """Shares before it in the queue at its price, an upper bound; nothing before it was seen."""
    fills: dict[TradeId, FillRecord] = field(default_factory=dict[TradeId, FillRecord])

    @property
    def child_id(self) -> ChildId:
        """The exchange's id."""
        return self.record.child_id

    @property
    def status(self) -> ChildStatus:
        """What is known of it."""
        return self.record.status

    @property
    def traded(self) -> Size:
        """Shares in trades that were not reversed."""
        return sum(f.size for f in self.fills.values() if f.status is not TradeStatus.FAILED)

    @property
    def voided(self) -> Size:
        """Shares in trades that failed to settle."""
        return sum(f.size for f in self.fills.values() if f.status is TradeStatus.FAILED)

    @property
    def matched(self) -> Size:
        """Shares it has matched by any evidence, later reversals included."""
        return max(self.record.matched, self.traded + self.voided)

    @property
    def filled(self) -> Size:
        """Shares it has brought and not lost again, by any evidence."""
        return self.matched - self.voided

    @property
    def remaining(self) -> Size:
        """Shares it may still trade; nothing once it is dead."""
        return 0 if self.status.is_final else max(self.record.size - self.matched, 0)

    @property
    def awaits_trades(self) -> bool:
        """Whether the exchange stated more matched shares than the trades seen make up."""
        return self.record.matched - (self.traded + self.voided) >= DUST


@dataclass(frozen=True, slots=True)
class Tape:
    """A place in the market's prints, and what the order had filled there."""

    from_size: Size
    filled_before: Size


@dataclass(frozen=True, slots=True)
class Sums:
    """What the children of a parent add up to."""

    filled: Size
    exposure: Size
    paid: Dollars
    fees: Dollars
    working: tuple[Child, ...]
    awaits_trades: bool
    last_made_ms: int | None
    last_ended_ms: int | None


@dataclass(slots=True, eq=False)
class Parent:
    """A parent order at work."""

    record: ParentRecord
    children: dict[ChildId, Child] = field(default_factory=dict[ChildId, Child])
    adjustments: list[OrderAdjusted] = field(default_factory=list[OrderAdjusted])
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    """Set whenever something changed that its executor should look at."""
    pause_asked: bool = False
    back_ms: int | None = None
    """When it came back into memory for late news; nothing where it never left."""
    resized_ms: int | None = None
    """When its target was last set anew in this run."""
    tape: Tape | None = None
    """Since when it counts traded volume; what earlier runs saw of it was not kept."""
    waits_for: str = ""
    """What the strategy or the gate is waiting for, in words; not worth a journal entry."""
    stepped_ahead: int = 0
    """Children of this run that others stepped ahead of within moments."""
    _sums: Sums | None = None

    @property
    def order_id(self) -> OrderId:
        """Its id."""
        return self.record.order_id

    @property
    def token_id(self) -> TokenId:
        """What it trades."""
        return self.record.request.token_id

    @property
    def side(self) -> Side:
        """Which way."""
        return self.record.request.side

    @property
    def is_final(self) -> bool:
        """Whether it has ended."""
        return self.record.status.is_final

    def forget_sums(self) -> None:
        """A child changed: add up anew at the next look. Whoever changes one must call this."""
        self._sums = None

    @property
    def sums(self) -> Sums:
        """What the children add up to; an order is looked at far more often than it changes."""
        if self._sums is None:
            self._sums = _added_up(tuple(self.children.values()))
        return self._sums

    @property
    def filled(self) -> Size:
        """Shares filled by any evidence and not reversed."""
        return self.sums.filled

    @property
    def working(self) -> tuple[Child, ...]:
        """Children that may still trade, oldest first."""
        return self.sums.working

    @property
    def exposure(self) -> Size:
        """Shares it has or may yet get: what rule R4 keeps within the target."""
        return self.sums.exposure

    @property
    def fills(self) -> list[FillRecord]:
        """All trades, oldest first."""
        every = [fill for child in self.children.values() for fill in child.fills.values()]
        return sorted(every, key=lambda fill: fill.at_ms)

    @property
    def awaits_trades(self) -> bool:
        """Whether some child has matched shares whose trades are still to come."""
        return self.sums.awaits_trades

    @property
    def last_ended_ms(self) -> int | None:
        """When its last child ended."""
        return self.sums.last_ended_ms

    def has_child_since(self, at_ms: int | None) -> bool:
        """Whether a child was made at that time or later; never where there is no such time."""
        made_ms = self.sums.last_made_ms
        return at_ms is not None and made_ms is not None and made_ms >= at_ms

    def paid(self) -> Dollars:
        """Price x size over the fills that were not reversed."""
        return self.sums.paid

    def fees(self) -> Dollars:
        """Fees of the fills that were not reversed."""
        return self.sums.fees

    def status_at_work(self) -> OrderStatus:
        """What a running order shows."""
        return OrderStatus.PARTIALLY_FILLED if self.filled else OrderStatus.ACTIVE

    def random(self) -> Random:
        """A source that gives the same draws until another child was placed."""
        return Random(self.record.seed << 24 | len(self.children))  # noqa: S311 - not for secrets


def _added_up(children: tuple[Child, ...]) -> Sums:
    kept = [f for c in children for f in c.fills.values() if f.status is not TradeStatus.FAILED]
    ended = (child.record.ended_ms for child in children)
    return Sums(
        filled=sum(child.filled for child in children),
        exposure=sum(child.filled + child.remaining for child in children),
        paid=sum(notional(fill.price, fill.size) for fill in kept),
        fees=sum(fill.fee for fill in kept),
        working=tuple(child for child in children if not child.status.is_final),
        awaits_trades=any(child.awaits_trades for child in children),
        last_made_ms=max((child.record.created_ms for child in children), default=None),
        last_ended_ms=max((ms for ms in ended if ms is not None), default=None),
    )
