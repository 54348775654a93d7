"""Events of the market channel (`protocol.md` 2.2)."""

from __future__ import annotations

from collections.abc import Mapping

from polyterm.models.enums import Side
from polyterm.models.ids import TokenId
from polyterm.models.money import PRICE_ONE, Price, Size
from polyterm.simulator.markets import MarketState, event_slug
from polyterm.simulator.wire.books import spread
from polyterm.simulator.wire.gamma import fee_schedule
from polyterm.simulator.wire.numbers import price_text, size_text

ChangedLevels = Mapping[tuple[Side, Price], str]
"""By side and price in terms of the first outcome: the order that changed the level last."""


def price_change(state: MarketState, levels: ChangedLevels, at_ms: int) -> dict[str, object]:
    """New aggregates of some levels, as both tokens show them."""
    return {
        "event_type": "price_change",
        "market": state.id,
        "price_changes": [
            _level(state, index, side, price, order_id)
            for (side, price), order_id in levels.items()
            for index in (0, 1)
        ],
        "timestamp": str(at_ms),
    }


def book_event(summary: dict[str, object], *, is_dump: bool) -> dict[str, object]:
    """A whole book; only the first dump tells the market's constants beside it."""
    event = {"event_type": "book", **summary}
    if not is_dump:
        for constant in ("tick_size", "min_order_size", "neg_risk", "last_trade_price"):
            del event[constant]
    return event


def last_trade_price(
    state: MarketState, token_id: TokenId, side: Side, price: Price, size: Size, at_ms: int
) -> dict[str, object]:
    """A print, in terms of the taker's token."""
    return {
        "event_type": "last_trade_price",
        "market": state.id,
        "asset_id": token_id,
        "price": price_text(price),
        "size": size_text(size),
        "side": side,
        "fee_rate_bps": "0",
        "timestamp": str(at_ms),
    }


def tick_size_change(
    state: MarketState, token_id: TokenId, old: Price, at_ms: int
) -> dict[str, object]:
    """A new grid, for one token."""
    return {
        "event_type": "tick_size_change",
        "market": state.id,
        "asset_id": token_id,
        "old_tick_size": price_text(old),
        "new_tick_size": price_text(state.market.tick),
        "timestamp": str(at_ms),
    }


def best_bid_ask(state: MarketState, index: int, at_ms: int) -> dict[str, object]:
    """The best prices of one token after they changed."""
    bid, ask = state.best(index)
    return {
        "event_type": "best_bid_ask",
        "market": state.id,
        "asset_id": state.tokens[index],
        "best_bid": price_text(bid),
        "best_ask": price_text(ask),
        "spread": price_text(spread(state, index)),
        "timestamp": str(at_ms),
    }


def new_market(state: MarketState, at_ms: int) -> dict[str, object]:
    """A market that was just listed."""
    market, listing = state.market, state.listing
    schedule = fee_schedule(state)
    return {
        "event_type": "new_market",
        **_identity(state, at_ms),
        "question": market.question,
        "condition_id": state.id,
        "slug": market.slug,
        "description": listing.description,
        "clob_token_ids": list(state.tokens),
        "outcomes": [outcome.name for outcome in market.outcomes],
        "active": True,
        "order_price_min_tick_size": price_text(market.tick),
        "sports_market_type": "",
        "line": "",
        "game_start_time": "",
        "group_item_title": listing.group_title,
        "taker_base_fee": "",
        "fees_enabled": schedule is not None,
        "fee_schedule": schedule,
    }


def market_resolved(state: MarketState, winner: int, at_ms: int) -> dict[str, object]:
    """A market that has a winner."""
    outcome = state.market.outcomes[winner]
    return {
        "event_type": "market_resolved",
        **_identity(state, at_ms),
        "winning_asset_id": outcome.token_id,
        "winning_outcome": outcome.name,
    }


def _identity(state: MarketState, at_ms: int) -> dict[str, object]:
    slug = event_slug(state)
    return {
        "id": str(state.number),
        "market": state.id,
        "assets_ids": list(state.tokens),
        "event_message": {
            "id": str(state.number),
            "ticker": slug,
            "slug": slug,
            "title": state.listing.event_title or state.market.question,
            "description": state.listing.description,
        },
        "tags": list(state.listing.tags),
        "timestamp": str(at_ms),
    }


def _level(
    state: MarketState, index: int, side: Side, price: Price, order_id: str
) -> dict[str, str]:
    bid, ask = state.best(index)
    return {
        "asset_id": state.tokens[index],
        "price": price_text(PRICE_ONE - price if index else price),
        "size": size_text(state.book.size_at(side, price)),
        "side": side.opposite if index else side,
        "hash": order_id,
        "best_bid": price_text(bid),
        "best_ask": price_text(ask),
    }
