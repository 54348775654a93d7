"""Placing a child: check, sign, write down, send, and say what is known afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from polyterm.engine.child_states import ChildEvent
from polyterm.engine.desk import Desk
from polyterm.engine.order_facts import changed
from polyterm.engine.parent import Child, Parent
from polyterm.engine.ports import ChildTicket, Outcome, SendReport, SignedOrder
from polyterm.engine.records import ChildRecord
from polyterm.engine.safety import Intended, check_child
from polyterm.engine.store import StoreError
from polyterm.models.enums import ChildStatus, OrderType, Side
from polyterm.models.ids import ChildId
from polyterm.models.money import Dollars, Price, Size


@dataclass(frozen=True, slots=True)
class Sent:
    """A child was handed to the exchange; what came of it stands in the register."""

    child: Child
    report: SendReport


@dataclass(frozen=True, slots=True)
class Held:
    """Nothing was sent, and why."""

    reason: str


class Sender:
    """Takes a child through the gate, the journal and the network, in that order (rule R1)."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def place(
        self, parent: Parent, price: Price, size: Size, post_only: bool, why: str
    ) -> Sent | Held:
        """Place one child. Every child is a GTC order, sized in shares.

        The exchange sizes FAK and FOK buys in dollars, and price improvement would then buy more
        shares than were wanted; an immediate child is a GTC whose rest is taken back.
        """
        intended = Intended(parent.side, price, size, post_only)
        reason = self._refusal(parent, intended)
        if reason:
            return Held(reason)
        market = self._desk.market_of(parent)
        ticket = ChildTicket(
            market=market,
            token_id=parent.token_id,
            side=parent.side,
            price=price,
            size=size,
            post_only=post_only,
        )
        signed = await self._desk.exchange.sign(ticket)
        # Asked again: while it was signed another order may have taken the money. From here to the
        # register nothing waits, so no two orders can count on the same dollar.
        reason = self._refusal(parent, intended)
        if reason:
            return Held(reason)
        child = self._new_child(parent, signed, why)
        held = await self._write_down(parent, child)
        if held:
            return held
        return await self._send(parent, child, signed)

    def _refusal(self, parent: Parent, child: Intended) -> str:
        """Why this child may not be sent now; empty where it may."""
        desk = self._desk
        market = desk.market_of(parent)
        situation = desk.situation(parent.record.request, market, child.size)
        reasons = check_child(situation, child)
        return "; ".join(reasons) or desk.weather.hold(post_only=child.post_only)

    def _new_child(self, parent: Parent, signed: SignedOrder, why: str) -> Child:
        ticket = signed.ticket
        record = ChildRecord(
            child_id=signed.child_id,
            order_id=parent.order_id,
            number=len(parent.children) + 1,
            status=ChildStatus.WRITTEN,
            token_id=ticket.token_id,
            side=ticket.side,
            price=ticket.price,
            size=ticket.size,
            order_type=OrderType.GTC,
            post_only=ticket.post_only,
            fee_reserve=_fee_reserve(ticket),
            created_ms=self._desk.clock.now_ms(),
            reason=why,
            body=signed.body,
        )
        return Child(record)

    async def _write_down(self, parent: Parent, child: Child) -> Held | None:
        record = child.record
        self._desk.register.add_child(parent, child)
        try:
            cover = self._desk.account.cover(record.token_id, record.side)
            written = changed(child, record.created_ms)
            await self._desk.journal.write_child(record, cover, written)
        except StoreError as error:
            self._desk.register.drop_child(parent, child)
            return Held(f"not sent, because it could not be written down: {error}")
        record.body = b""
        return None

    async def _send(self, parent: Parent, child: Child, signed: SignedOrder) -> Sent | Held:
        gate, register = self._desk.gate, self._desk.register
        if gate.closed_because:
            reason = f"not sent: {gate.closed_because}"
            register.move(child.child_id, ChildEvent.DISPROVED, reason)
            return Held(reason)
        register.move(child.child_id, ChildEvent.SEND)
        gate.sends_in_flight += 1
        try:
            report = await self._desk.exchange.send(signed, lambda: not gate.closed_because)
        except asyncio.CancelledError:
            register.move(child.child_id, ChildEvent.LOST_SIGHT, "interrupted while sending")
            raise
        finally:
            gate.sends_in_flight -= 1
        self._desk.weather.note(report)
        _EFFECTS[report.outcome](self._desk, child.child_id, report)
        return Sent(child, report)


def _fee_reserve(ticket: ChildTicket) -> Dollars:
    if ticket.side is Side.SELL or ticket.post_only:
        return 0
    return ticket.market.fees.reserve(ticket.price, ticket.size)


# -- what each outcome means for the child (rule R2) --


def _accepted(desk: Desk, child_id: ChildId, report: SendReport) -> None:
    event = ChildEvent.SEEN_DELAYED if report.status == "delayed" else ChildEvent.SEEN_LIVE
    desk.register.move(child_id, event)


def _refused(desk: Desk, child_id: ChildId, report: SendReport) -> None:
    desk.register.move(child_id, ChildEvent.REFUSED, report.reason)


def _not_sent(desk: Desk, child_id: ChildId, report: SendReport) -> None:
    desk.register.move(child_id, ChildEvent.DISPROVED, f"not sent: {report.reason}")


def _lost_sight(desk: Desk, child_id: ChildId, report: SendReport) -> None:
    desk.register.move(child_id, ChildEvent.LOST_SIGHT, report.reason)


_EFFECTS: dict[Outcome, Callable[[Desk, ChildId, SendReport], None]] = {
    Outcome.ACCEPTED: _accepted,
    Outcome.REJECTED: _refused,
    Outcome.NOT_SENT: _not_sent,
    # Documented as not booked, and still looked for once before it counts as such.
    Outcome.NOT_ACCEPTED: _lost_sight,
    Outcome.LANDED_BEFORE: _lost_sight,
    Outcome.UNKNOWN: _lost_sight,
}
