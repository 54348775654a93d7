"""Which three orders the demo works, and in which markets."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from polyterm.models.enums import Side, Urgency
from polyterm.models.money import PRICE_ONE, UNIT, Price, price_decimal
from polyterm.models.order_request import OrderRequest
from polyterm.models.snapshot import MarketSnapshot
from polyterm.models.strategy_params import StrategyParams
from polyterm.models.tick import clamp
from polyterm.strategies.iceberg_params import IcebergParams
from polyterm.strategies.kelly_params import KellyParams
from polyterm.strategies.micro_price import MicroPriceParams

MIDDLE = range(PRICE_ONE // 4, PRICE_ONE * 3 // 4)
"""Prices with room on both sides."""
ORDERS = 3
ROOM: Price = PRICE_ONE * 5 // 100
"""How far past the ask a limit is set: the price may move while an order is worked."""
BELIEF: Price = PRICE_ONE // 10
"""How much likelier than the market says the Kelly order takes its outcome to be."""
LEAST_LEFT_MS = 5 * 60_000
"""A market that ends sooner might end under the orders."""


def plan_demo(seen: Iterable[MarketSnapshot], now_ms: int) -> tuple[OrderRequest, ...]:
    """What rests goes to the liveliest markets, where it is met; what takes to the calmest.

    None where there are not enough markets to hold one each.
    """
    lively = sorted(
        (one for one in seen if _is_suitable(one, now_ms)), key=lambda one: -one.updates
    )
    if len(lively) < ORDERS:
        return ()
    return _micro_price(lively[0]), _kelly(lively[1]), _iceberg(lively[-1])


def _is_suitable(one: MarketSnapshot, now_ms: int) -> bool:
    bid, ask = one.best_bid, one.best_ask
    if bid is None or ask is None or not one.book.is_usable or not one.market.accepting_orders:
        return False
    end_ms = one.market.end_ms
    has_time = end_ms is None or end_ms - now_ms > LEAST_LEFT_MS
    return has_time and bid.price in MIDDLE and ask.price in MIDDLE


def _micro_price(one: MarketSnapshot) -> OrderRequest:
    return _buy(one, Decimal(150), MicroPriceParams(max_adjustments=100))


def _kelly(one: MarketSnapshot) -> OrderRequest:
    probability = price_decimal(round(one.micro or 0) + BELIEF)
    params = KellyParams(probability=probability, max_stake=Decimal(100), max_adjustments=100)
    return _buy(one, Decimal(100), params)


def _iceberg(one: MarketSnapshot) -> OrderRequest:
    params = IcebergParams(
        tranche_size=Decimal(80), min_delay_s=Decimal("0.5"), max_delay_s=Decimal("1.5")
    )
    return _buy(one, Decimal(500), params)


def _buy(one: MarketSnapshot, size: Decimal, params: StrategyParams) -> OrderRequest:
    ask = one.best_ask.price if one.best_ask else UNIT
    return OrderRequest(
        token_id=one.token_id,
        side=Side.BUY,
        size=size,
        max_price=price_decimal(clamp(ask + ROOM, one.market.tick)),
        params=params,
        urgency=Urgency.HIGH,
    )
