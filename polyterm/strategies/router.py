"""From an order to its next decision: what is common to all, then the strategy by its name."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from polyterm.models.money import notional
from polyterm.strategies.base import Decision, Done, MarketView, OrderState, Place
from polyterm.strategies.feasibility import shares
from polyterm.strategies.lifecycle import before_strategy, by_deadline
from polyterm.strategies.pricing import (
    MIN_MARKETABLE,
    cautious,
    opposite_best,
    words,
    worst_on_grid,
)
from polyterm.strategies.registry import STRATEGIES
from polyterm.strategies.volume_cap import capped


def decide(order: OrderState, market: MarketView, now_ms: int, random: Random) -> Decision:
    """Say what the order should do next; `random` must give the same draws until it places."""
    decision = before_strategy(order, market, now_ms)
    if decision is None:
        decision = STRATEGIES[order.params.strategy].decide(order, market, now_ms, random)
    elif isinstance(decision, Place):
        decision = _crossing(order, market, decision)
    return by_deadline(order, capped(order, market, decision), now_ms)


def _crossing(order: OrderState, market: MarketView, decision: Place) -> Decision:
    """What the deadline takes, and no more than the strategy would at the prices on offer."""
    crossing = STRATEGIES[order.params.strategy].crossing
    if crossing is None:
        return decision
    taken = crossing(order, market)
    size = min(taken.size, decision.size)
    worth = notional(opposite_best(market.book, order.side), size)
    if size < market.market.min_size or worth < MIN_MARKETABLE:
        return Done(f"deadline: no more than {shares(size)} are worth taking now")
    narrowed = cautious(order.side, decision.price, taken.price)
    price = worst_on_grid(narrowed, market.tick, order.side) or decision.price
    return replace(decision, price=price, size=size, reason=f"deadline: take up to {words(price)}")
