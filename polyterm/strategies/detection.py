"""What the book says about a resting child: undercut, overpriced, how long it has stood."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from polyterm.models.book import BookTop
from polyterm.models.enums import Side
from polyterm.models.money import PRICE_ONE, Price
from polyterm.strategies.base import MarketView, Working
from polyterm.strategies.pricing import ahead, own_best

HEAVY: Final[Price] = PRICE_ONE // 100
"""One cent: being undercut by so much is heavy."""


class Undercut(StrEnum):
    """How much better the others are than our child."""

    NONE = "none"
    LIGHT = "light"
    HEAVY = "heavy"


def undercut_by(book: BookTop, side: Side, price: Price) -> Price:
    """How much better the best of the others is than `price`; 0 where it is not."""
    return max(ahead(side, own_best(book, side), price), 0)


def undercut(book: BookTop, side: Side, price: Price, margin: Price) -> Undercut:
    """Grade the undercut of a child at `price`; below `margin` it does not count."""
    amount = undercut_by(book, side, price)
    if amount < margin:
        return Undercut.NONE
    return Undercut.HEAVY if amount >= HEAVY else Undercut.LIGHT


def is_overpriced(market: MarketView, side: Side, price: Price) -> bool:
    """Whether `price` already gives up at least one tick against the micro-price."""
    micro = market.micro
    return micro is not None and side.sign * (price - micro) >= market.tick


def at_price_ms(child: Working, now_ms: int) -> int:
    """How long the child has stood at its price."""
    return max(now_ms - child.since_ms, 0)
