"""From an order to its next decision: what is common to all, then the strategy by its name."""

from __future__ import annotations

from random import Random
from typing import Final

from polyterm.models.enums import StrategyName
from polyterm.strategies import iceberg, kelly, micro_price
from polyterm.strategies.base import Decide, Decision, MarketView, OrderState
from polyterm.strategies.lifecycle import before_strategy, by_deadline

STRATEGIES: Final[dict[StrategyName, Decide]] = {
    StrategyName.ICEBERG: iceberg.decide,
    StrategyName.MICRO_PRICE: micro_price.decide,
    StrategyName.KELLY: kelly.decide,
}
"""Every strategy there is: a new one is one file and one line here."""


def decide(order: OrderState, market: MarketView, now_ms: int, random: Random) -> Decision:
    """Say what the order should do next; `random` must give the same draws until it places."""
    decision = before_strategy(order, market, now_ms)
    if decision is None:
        decision = STRATEGIES[order.params.strategy](order, market, now_ms, random)
    return by_deadline(order, decision, now_ms)
