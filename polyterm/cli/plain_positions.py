"""Positions as plain JSON: what is held, where, what it cost, what it would be worth now."""

from __future__ import annotations

from polyterm.cli.plain import Plain, estimate, units
from polyterm.models.money import PRICE_ONE
from polyterm.models.snapshot import MarketSnapshot
from polyterm.models.views import PositionView


def plain_position(position: PositionView, seen: MarketSnapshot | None) -> Plain:
    """One holding, with its worth by the picture that was `seen`; names where they are known."""
    micro, cost = None if seen is None else seen.micro, position.average_cost
    slug, outcome = position.slug, position.outcome
    if seen is not None and not slug:
        slug, outcome = seen.market.slug, seen.market.outcome(position.token_id).name
    return {
        "token_id": position.token_id,
        "market": slug or None,
        "outcome": outcome or None,
        "size": units(position.size),
        "spendable": units(position.spendable),
        "average_cost": None if cost is None else f"{cost:f}",
        "micro_price": estimate(micro, scale=PRICE_ONE),
        "value": None if micro is None else units(round(micro * position.size / PRICE_ONE)),
    }
