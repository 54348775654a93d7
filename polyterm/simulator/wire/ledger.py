"""Everything the local exchange knows, for judges and tests; decimals as strings."""

from __future__ import annotations

from polyterm.simulator.accounts import Account, Purse
from polyterm.simulator.local_exchange import LocalExchange
from polyterm.simulator.markets import MarketState
from polyterm.simulator.orders import TraderOrder
from polyterm.simulator.trades import Leg, Trade
from polyterm.simulator.wire.numbers import price_text, size_text


def ledger(exchange: LocalExchange) -> dict[str, object]:
    """Accounts, orders, trades and markets as they stand."""
    orders = list(exchange.desk.orders.values())
    return {
        "now_ms": exchange.now_ms(),
        "fees_collected": size_text(exchange.settlement.fees),
        "accounts": [_trader(exchange, account) for account in exchange.accounts.traders()],
        "house": _account(exchange.accounts.house),
        "open_orders": [order.id for order in orders if order.is_open],
        "orders": [_order(order) for order in orders],
        "trades": [_trade(trade) for trade in exchange.execution.trades.values()],
        "markets": [_market(state) for state in exchange.markets],
    }


def _trader(exchange: LocalExchange, account: Account) -> dict[str, object]:
    keys = exchange.keys.of(account.address)
    return {**_account(account), "api_keys": [key.key for key in keys]}


def _account(account: Account) -> dict[str, object]:
    held = {token: purse for token, purse in account.tokens.items() if purse != Purse()}
    return {
        "address": account.address,
        "cash": _purse(account.cash),
        "tokens": {token: _purse(purse) for token, purse in held.items()},
    }


def _purse(purse: Purse) -> dict[str, str]:
    return {
        "balance": size_text(purse.settled),
        "active": size_text(purse.active),
        "matched": size_text(purse.matched),
        "free": size_text(purse.free),
    }


def _order(order: TraderOrder) -> dict[str, object]:
    terms = order.terms
    return {
        "id": order.id,
        "owner": order.owner,
        "address": order.account.address,
        "market": terms.condition_id,
        "asset_id": terms.token_id,
        "side": terms.side,
        "price": price_text(terms.price),
        "size": size_text(terms.size),
        "budget": None if terms.budget is None else size_text(terms.budget),
        "matched": size_text(order.matched),
        "reserved": size_text(order.reserved),
        "order_type": terms.order_type,
        "post_only": terms.post_only,
        "expires_s": terms.expires_s,
        "status": order.status,
        "is_open": order.is_open,
        "received_ms": order.created_ms,
        "trade_ids": list(order.trade_ids),
    }


def _trade(trade: Trade) -> dict[str, object]:
    return {
        "id": trade.id,
        "market": trade.condition_id,
        "kind": trade.kind,
        "status": trade.status,
        "bucket": trade.bucket,
        "matched_ms": trade.matched_ms,
        "updated_ms": trade.updated_ms,
        "transaction_hash": trade.transaction_hash,
        "taker": _leg(trade.taker),
        "maker": _leg(trade.maker),
    }


def _leg(leg: Leg) -> dict[str, object]:
    return {
        "order_id": leg.order_id,
        "owner": leg.owner,
        "address": leg.account.address,
        "asset_id": leg.token_id,
        "side": leg.side,
        "price": price_text(leg.price),
        "size": size_text(leg.size),
        "dollars": size_text(leg.dollars),
        "fee": size_text(leg.fee),
    }


def _market(state: MarketState) -> dict[str, object]:
    return {
        "condition_id": state.id,
        "slug": state.market.slug,
        "tokens": list(state.tokens),
        "tick": price_text(state.market.tick),
        "closed": state.closed,
        "winner": state.winner,
        "collateral": size_text(state.collateral),
    }
