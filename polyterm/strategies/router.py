"""From an order to its next decision: what is common to all, then the strategy by its name."""

from __future__ import annotations

from random import Random

from polyterm.strategies.base import Decision, MarketView, OrderState
from polyterm.strategies.lifecycle import before_strategy, by_deadline
from polyterm.strategies.registry import STRATEGIES
from polyterm.strategies.volume_cap import capped


def decide(order: OrderState, market: MarketView, now_ms: int, random: Random) -> Decision:
    """Say what the order should do next; `random` must give the same draws until it places."""
    decision = before_strategy(order, market, now_ms)
    if decision is None:
        decision = STRATEGIES[order.params.strategy].decide(order, market, now_ms, random)
    return by_deadline(order, capped(order, market, decision), now_ms)
