"""Order books as REST and the market channel show them (`protocol.md` 1.2, 2.2)."""

from __future__ import annotations

import hashlib
import json

from polyterm.models.book import Level, mirrored
from polyterm.models.money import PRICE_ONE, Price
from polyterm.simulator.markets import MarketState
from polyterm.simulator.wire.numbers import price_text, size_text

FULL_DEPTH = PRICE_ONE
"""There are not more prices than this."""


def book_summary(
    state: MarketState, index: int, at_ms: int, depth: int = FULL_DEPTH
) -> dict[str, object]:
    """One token's book: bids ascending and asks descending, the best of each last."""
    top = state.book.top(depth)
    top = mirrored(top) if index else top
    summary: dict[str, object] = {
        "market": state.id,
        "asset_id": state.tokens[index],
        "timestamp": str(at_ms),
        "hash": "",
        "bids": _levels(top.bids),
        "asks": _levels(top.asks),
        "min_order_size": size_text(state.market.min_size),
        "tick_size": price_text(state.market.tick),
        "neg_risk": state.market.neg_risk,
        "last_trade_price": price_text(state.last_price),
    }
    summary["hash"] = book_hash(summary)
    return summary


def book_hash(summary: dict[str, object]) -> str:
    """sha1 over the compact JSON of the summary, its own hash empty (`protocol.md` 2.2)."""
    text = json.dumps({**summary, "hash": ""}, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def double_mid(state: MarketState, index: int) -> int:
    """Best bid plus best ask; an empty side counts as 0 and 1."""
    bid, ask = state.best(index)
    return (bid or 0) + (PRICE_ONE if ask is None else ask)


def spread(state: MarketState, index: int) -> Price:
    """Best ask less best bid; an empty side counts as 0 and 1."""
    bid, ask = state.best(index)
    return (PRICE_ONE if ask is None else ask) - (bid or 0)


def _levels(best_first: tuple[Level, ...]) -> list[dict[str, str]]:
    return [
        {"price": price_text(price), "size": size_text(size)}
        for price, size in reversed(best_first)
    ]
