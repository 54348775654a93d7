"""Two ledgers side by side: what the exchange wrote down, and what the engine shows."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from polyterm.engine.engine import Engine
from polyterm.models.money import price_decimal, unit_decimal

Fill = tuple[str, Decimal, Decimal, Decimal, str]
"""Side, price, size, fee, and status where that is final."""
_FINAL = {"CONFIRMED", "FAILED"}


@dataclass(frozen=True, slots=True)
class Ledger:
    """What must be equal, to the millionth."""

    fills: dict[tuple[str, str], Fill]
    """By trade and order."""
    matched: dict[str, Decimal]
    """By order, of those that matched anything."""
    open: frozenset[str]
    cash: Decimal
    held: dict[str, Decimal]
    """By token, where nothing of it is about to move."""


async def read_ledger(url: str) -> dict[str, Any]:
    """All that the local exchange knows."""

    def read() -> dict[str, Any]:
        with urllib.request.urlopen(f"{url}/_local/ledger", timeout=10) as answer:  # noqa: S310
            return json.load(answer)

    return await asyncio.to_thread(read)


def theirs(ledger: dict[str, Any]) -> Ledger:
    """The exchange's side, of its one trader."""
    (account,) = ledger["accounts"]
    orders = {order["id"]: Decimal(order["matched"]) for order in ledger["orders"]}
    fills = {
        (trade["id"], leg["order_id"]): (
            leg["side"],
            *(Decimal(leg[name]) for name in ("price", "size", "fee")),
            trade["status"] if trade["status"] in _FINAL else "",
        )
        for trade in ledger["trades"]
        for leg in (trade["taker"], trade["maker"])
        if leg["order_id"] in orders
    }
    held = {token: Decimal(purse["balance"]) for token, purse in account["tokens"].items()}
    return Ledger(
        fills=fills,  # pyright: ignore[reportArgumentType] - from JSON
        matched={order_id: matched for order_id, matched in orders.items() if matched},
        open=frozenset(ledger["open_orders"]),
        cash=Decimal(account["cash"]["balance"]),
        held={token: size for token, size in held.items() if size},
    )


async def ours(engine: Engine) -> Ledger:
    """The engine's side."""
    orders = [order.order_id async for order in engine.all_orders()]
    details = [await engine.order_detail(order_id) for order_id in orders]
    children = [child for detail in details for child in detail.children]
    account = engine.account()
    return Ledger(
        fills={
            (fill.trade_id, fill.child_id): (
                fill.side.value,
                price_decimal(fill.price),
                unit_decimal(fill.size),
                unit_decimal(fill.fee),
                fill.status.value if fill.status.is_final else "",
            )
            for detail in details
            for fill in detail.fills
        },
        matched={c.child_id: unit_decimal(c.matched) for c in children if c.matched},
        open=frozenset(child.child_id for child in children if not child.status.is_final),
        cash=unit_decimal(account.cash),
        held={p.token_id: unit_decimal(p.size) for p in account.positions if p.size},
    )
