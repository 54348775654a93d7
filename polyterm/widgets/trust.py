"""Why a book on screen must not be relied on, in words."""

from __future__ import annotations

from polyterm.models.snapshot import MarketSnapshot
from polyterm.models.views import HealthView
from polyterm.widgets.numbers import seconds_text


def book_notice(snapshot: MarketSnapshot | None, health: HealthView | None) -> str:
    """The worst of what is wrong with the book; empty when it can be traded on (rule R6)."""
    if health is not None and not health.exchange_up:
        return "EXCHANGE DOWN: does not answer"
    if health is not None and not health.market_feed_up:
        return f"FEED DOWN: prices are {seconds_text(health.feed_age_ms)} old"
    if snapshot is None:
        return "waiting for the book"
    if not snapshot.is_live:
        return "STALE: waiting for a fresh book"
    if not snapshot.market.accepting_orders:
        return "CLOSED: takes no orders"
    return "" if snapshot.book.is_usable else _unusable(snapshot)


def _unusable(snapshot: MarketSnapshot) -> str:
    if snapshot.best_bid is None and snapshot.best_ask is None:
        return "EMPTY: nobody bids or asks"
    if snapshot.best_bid is None:
        return "ONE-SIDED: nobody bids"
    if snapshot.best_ask is None:
        return "ONE-SIDED: nobody asks"
    return "CROSSED: bid is not below ask"
