"""Positions as plain JSON: what is held, where, what it cost, what it would be worth now."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from polyterm.cli.plain import Plain, estimate, units
from polyterm.engine.face import EngineFace
from polyterm.models.ids import TokenId
from polyterm.models.money import PRICE_ONE, unit_decimal
from polyterm.models.views import OrderView, PositionView


def plain_positions(engine: EngineFace) -> list[Plain]:
    """Every holding of the account; names where polyterm's own orders know them."""
    orders: dict[TokenId, list[OrderView]] = {}
    for order in engine.list_orders():
        orders.setdefault(order.token_id, []).append(order)
    return [
        _position(engine, position, orders.get(position.token_id, []))
        for position in engine.account().positions
    ]


def _position(engine: EngineFace, position: PositionView, orders: list[OrderView]) -> Plain:
    seen = engine.snapshot(position.token_id)
    micro = None if seen is None else seen.micro
    return {
        "token_id": position.token_id,
        "market": orders[0].slug if orders else None,
        "outcome": orders[0].outcome if orders else None,
        "size": units(position.size),
        "spendable": units(position.spendable),
        "average_cost": _average_cost(orders),
        "micro_price": estimate(micro, scale=PRICE_ONE),
        "value": None if micro is None else units(round(micro * position.size / PRICE_ONE)),
    }


def _average_cost(orders: Iterable[OrderView]) -> str | None:
    """Dollars per share over the buys of polyterm's own orders, fees included."""
    buys = [order for order in orders if order.side.sign > 0 and order.filled]
    bought = unit_decimal(sum(order.filled for order in buys))
    if not bought:
        return None
    paid = unit_decimal(sum(order.paid + order.fees for order in buys))
    return f"{(paid / bought).quantize(Decimal('0.0001')):f}"
