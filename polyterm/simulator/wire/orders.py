"""Orders as REST and the user channel show them (`protocol.md` 1.5, 1.7, 2.3)."""

from __future__ import annotations

from polyterm.models.enums import OrderType, Side
from polyterm.simulator.listener import OrderChange
from polyterm.simulator.markets import MarketState
from polyterm.simulator.order_desk import Placement
from polyterm.simulator.orders import Ending, TraderOrder
from polyterm.simulator.wire.numbers import price_text, seconds, size_text


def open_order(order: TraderOrder, state: MarketState) -> dict[str, object]:
    """One order as /data/orders lists it."""
    terms = order.terms
    return {
        "id": order.id,
        "status": order.status,
        "owner": order.owner,
        "maker_address": order.maker_address,
        "market": terms.condition_id,
        "asset_id": terms.token_id,
        "side": terms.side,
        "original_size": _original_size(order),
        "size_matched": size_text(order.matched),
        "price": price_text(terms.price),
        "outcome": state.market.outcomes[terms.token_index].name,
        "expiration": str(terms.expires_s),
        "order_type": terms.order_type,
        "associate_trades": list(order.trade_ids),
        "created_at": seconds(order.created_ms),
    }


def order_event(
    order: TraderOrder, state: MarketState, change: OrderChange, at_ms: int
) -> dict[str, object]:
    """An order event of the user channel."""
    event = {
        **open_order(order, state),
        "event_type": "order",
        "type": change,
        "order_owner": order.owner,
        "created_at": str(seconds(order.created_ms)),
        "timestamp": str(at_ms),
    }
    if order.ending == Ending.FOK_KILLED:
        # Seen on the real user channel: what was never booked has neither size, time nor outcome.
        event |= {"size_matched": "", "created_at": "", "outcome": "", "associate_trades": None}
    return event


def placement_reply(placement: Placement) -> dict[str, object]:
    """The answer to an order that was taken in."""
    traded = bool(placement.trade_ids)
    return {
        "success": True,
        "errorMsg": "",
        "orderID": placement.order_id,
        "status": placement.status,
        "makingAmount": size_text(placement.gave) if traded else "",
        "takingAmount": size_text(placement.got) if traded else "",
        "tradeIDs": list(placement.trade_ids),
        "transactionsHashes": [],
    }


def refused_reply(text: str) -> dict[str, object]:
    """The answer for one order of a batch that was not taken in."""
    return {
        "success": False,
        "errorMsg": text,
        "orderID": "",
        "status": "",
        "makingAmount": "",
        "takingAmount": "",
        "tradeIDs": [],
        "transactionsHashes": [],
    }


def _original_size(order: TraderOrder) -> str:
    # A FAK or FOK BUY is sized in dollars, and the exchange shows it so.
    terms = order.terms
    in_dollars = terms.side is Side.BUY and terms.order_type in {OrderType.FAK, OrderType.FOK}
    return size_text(terms.budget or 0) if in_dollars else size_text(terms.size)
