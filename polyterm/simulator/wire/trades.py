"""Trades as REST, the user channel and the data API show them (`protocol.md` 1.7, 2.3)."""

from __future__ import annotations

from collections.abc import Container

from polyterm.models.money import unit_decimal
from polyterm.simulator.markets import MarketState
from polyterm.simulator.trades import Leg, Trade
from polyterm.simulator.wire.numbers import price_number, price_text, seconds, size_text

STATUS_PREFIX = "TRADE_STATUS_"
"""Before a trade's status in REST, and only there."""


def rest_trade(trade: Trade, owners: Container[str]) -> dict[str, object]:
    """A trade as /data/trades lists it for the owner of these API keys."""
    return {
        **_common(trade, owners),
        "status": STATUS_PREFIX + trade.status.value,
        "match_time_nano": str(trade.matched_ms * 1_000_000),
        "err_msg": trade.error,
    }


def trade_event(trade: Trade, owner: str, at_ms: int) -> dict[str, object]:
    """A trade event of the user channel, for an API key."""
    return {
        **_common(trade, {owner}),
        "event_type": "trade",
        "type": "TRADE",
        "status": trade.status,
        "trade_owner": trade.taker.owner,
        "timestamp": str(at_ms),
    }


def public_trade(trade: Trade, state: MarketState, leg: Leg) -> dict[str, object]:
    """One side of a trade as the data API shows it."""
    return {
        "proxyWallet": leg.account.address,
        "side": leg.side,
        "asset": leg.token_id,
        "conditionId": trade.condition_id,
        "size": unit_decimal(leg.size),
        "price": price_number(leg.price),
        "timestamp": seconds(trade.matched_ms),
        "title": state.market.question,
        "slug": state.market.slug,
        "outcome": leg.outcome,
        "outcomeIndex": leg.token_index,
        "transactionHash": trade.transaction_hash,
    }


def _common(trade: Trade, owners: Container[str]) -> dict[str, object]:
    taker = trade.taker
    return {
        "id": trade.id,
        "taker_order_id": taker.order_id,
        "market": trade.condition_id,
        "asset_id": taker.token_id,
        "side": taker.side,
        "size": size_text(taker.size),
        "fee_rate_bps": "0",
        "price": price_text(taker.price),
        "match_time": str(seconds(trade.matched_ms)),
        "last_update": str(seconds(trade.updated_ms)),
        "outcome": taker.outcome,
        "bucket_index": trade.bucket,
        "owner": taker.owner,
        "maker_address": taker.maker_address,
        "transaction_hash": trade.transaction_hash,
        "trader_side": "TAKER" if taker.owner in owners else "MAKER",
        "maker_orders": [_maker_order(trade.maker)],
    }


def _maker_order(leg: Leg) -> dict[str, object]:
    return {
        "order_id": leg.order_id,
        "owner": leg.owner,
        "maker_address": leg.maker_address,
        "matched_amount": size_text(leg.size),
        "price": price_text(leg.price),
        "fee_rate_bps": "0",
        "asset_id": leg.token_id,
        "outcome": leg.outcome,
        "outcome_index": leg.token_index,
        "side": leg.side,
    }
