"""Our own orders as they stand in a book, and how many shares are before them in the queue."""

from __future__ import annotations

from collections.abc import Iterator

from polyterm.engine.market_monitor import MarketMonitor
from polyterm.engine.order_register import OrderRegister
from polyterm.engine.parent import Child
from polyterm.models.enums import ChildStatus, Side
from polyterm.models.ids import TokenId
from polyterm.models.money import Price, Size
from polyterm.models.snapshot import OwnOrder

STEP_AHEAD_MS = 3_000
"""Whoever betters a price so soon has reacted to it."""
_IN_BOOK = frozenset({ChildStatus.LIVE, ChildStatus.CANCELLING})


def resting(register: OrderRegister, monitor: MarketMonitor, token: TokenId) -> Iterator[OwnOrder]:
    """Children that the exchange has confirmed as resting, and orders placed by hand.

    The queue position is an upper bound: what stood at the price when the child was first seen
    there, and never more than what stands there now (nothing says who left).
    """
    for child in register.in_book(token):
        if child.status not in _IN_BOOK:
            continue
        record = child.record
        note_queue(register, monitor, child)
        yield OwnOrder(
            child_id=child.child_id,
            order_id=record.order_id,
            side=record.side,
            price=record.price,
            remaining=child.remaining,
            ahead=child.ahead or 0,
        )
    for order in register.foreign.values():
        if order.token_id == token:
            yield OwnOrder(
                child_id=order.child_id,
                order_id=None,
                side=order.side,
                price=order.price,
                remaining=max(order.size - order.matched, 0),
                ahead=0,
            )


def note_queue(register: OrderRegister, monitor: MarketMonitor, child: Child) -> None:
    """Look how much is before a resting child at its price."""
    record, token = child.record, child.record.token_id
    at_level = monitor.size_at(token, record.side, record.price)
    others = max(at_level - _ours_at(register, token, record.side, record.price), 0)
    child.ahead = others if child.ahead is None else min(child.ahead, others)


def note_step_ahead(monitor: MarketMonitor, child: Child, now_ms: int) -> None:
    """Look whether somebody bettered the price of a child that was shown a moment ago."""
    record = child.record
    best = monitor.others(record.token_id).side(record.side)
    is_behind = bool(best) and record.side.sign * (best[0].price - record.price) > 0
    if is_behind and now_ms - record.created_ms <= STEP_AHEAD_MS:
        child.stepped_ahead = True


def taken_out(register: OrderRegister, token: TokenId) -> Iterator[tuple[Side, Price, Size]]:
    """What to take out of a book to see the others: our resting orders, and our recent ghosts.

    A book may still show an order for a moment after its end was proved; taken for somebody
    else's, it would be joined or outbid by its own replacement.
    """
    for child in register.in_book(token):
        if child.status in _IN_BOOK:
            yield child.record.side, child.record.price, child.remaining
        elif child.status.is_final:
            left = child.record.size - child.matched
            yield child.record.side, child.record.price, max(left, 0)


def _ours_at(register: OrderRegister, token: TokenId, side: Side, price: Price) -> Size:
    return sum(
        child.remaining
        for child in register.in_book(token)
        if child.status in _IN_BOOK and (child.record.side, child.record.price) == (side, price)
    )
