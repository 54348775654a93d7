"""What a place in the queue is worth, so that a child is moved only when moving pays.

A resting order that moves goes to the back of another queue. On a coarse grid the very front of a
long queue may be worth half the spread (`execution.md` 2 and 3); with nobody behind it, nothing.
"""

from __future__ import annotations

from polyterm.models.enums import Side
from polyterm.strategies.base import MarketView, Working


def front(child: Working, market: MarketView, side: Side) -> float:
    """Part of the queue at its price that stands behind the child, 0 to 1; 0 where not known."""
    if child.ahead is None:
        return 0.0
    others = sum(size for price, size in market.book.side(side) if price == child.price)
    behind = max(others - child.ahead, 0)
    return behind / (child.ahead + child.remaining + behind)


def place_value(child: Working, market: MarketView, side: Side) -> float:
    """Price units a share that the child's place is worth: up to half the spread."""
    return (market.book.spread or 0) / 2 * front(child, market, side)
