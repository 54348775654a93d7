"""Books as plain JSON: prices and sizes as decimal strings."""

from __future__ import annotations

from collections.abc import Iterable

from polyterm.cli.plain import Plain, estimate, moment, units
from polyterm.models.book import Level
from polyterm.models.money import PRICE_ONE, format_price
from polyterm.models.snapshot import MarketSnapshot


def plain_book(seen: MarketSnapshot, depth: int) -> Plain:
    """One token's book, the best `depth` levels of each side, best first."""
    trade = seen.last_trade
    return {
        "token_id": seen.token_id,
        "market": seen.market.slug,
        "outcome": seen.market.outcome(seen.token_id).name,
        "bids": _levels(seen.book.bids[:depth]),
        "asks": _levels(seen.book.asks[:depth]),
        "spread": None if seen.spread is None else format_price(seen.spread),
        "micro_price": estimate(seen.micro, scale=PRICE_ONE),
        "tick": format_price(seen.market.tick),
        "own": [
            {
                "child_id": own.child_id,
                "order_id": own.order_id,
                "side": own.side.value,
                "price": format_price(own.price),
                "remaining": units(own.remaining),
                "ahead": units(own.ahead),
            }
            for own in seen.own
        ],
        "last_trade": trade
        and {
            "price": format_price(trade.price),
            "size": units(trade.size),
            "side": trade.side.value,
            "at": moment(trade.at_ms),
        },
        "is_live": seen.is_live,
        "at": moment(seen.data_ms),
    }


def _levels(levels: Iterable[Level]) -> list[list[str]]:
    return [[format_price(level.price), units(level.size)] for level in levels]
