"""Our own orders as they stand in a book, and how many shares are before them in the queue."""

from __future__ import annotations

from collections.abc import Iterator

from polyterm.engine.market_monitor import MarketMonitor
from polyterm.engine.order_register import OrderRegister
from polyterm.engine.own_sizes import IN_BOOK
from polyterm.engine.parent import Child
from polyterm.models.ids import TokenId
from polyterm.models.snapshot import OwnOrder

STEP_AHEAD_MS = 3_000
"""Whoever betters a price so soon has reacted to it."""


def resting(register: OrderRegister, monitor: MarketMonitor, token: TokenId) -> Iterator[OwnOrder]:
    """Children that the exchange has confirmed as resting, and orders placed by hand.

    The queue position is an upper bound: what stood at the price when the child was first seen
    there, and never more than what stands there now (nothing says who left).
    """
    for child in register.in_book(token):
        if child.status not in IN_BOOK:
            continue
        record = child.record
        note_queue(monitor, child)
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


def note_queue(monitor: MarketMonitor, child: Child) -> None:
    """Look how much is before a resting child at its price."""
    others = monitor.others_at(child.record.token_id, child.record.side, child.record.price)
    child.ahead = others if child.ahead is None else min(child.ahead, others)


def is_stepped_ahead(monitor: MarketMonitor, child: Child, now_ms: int) -> bool:
    """Whether somebody bettered the price of a child that was shown a moment ago."""
    record = child.record
    if now_ms - record.created_ms > STEP_AHEAD_MS:
        return False
    best = monitor.others(record.token_id).side(record.side)
    return bool(best) and record.side.sign * (best[0].price - record.price) > 0
