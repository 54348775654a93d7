"""Positions as plain JSON: what is held, where, what it cost, what it would be worth now."""

from __future__ import annotations

from polyterm.cli.plain import Plain, estimate, units
from polyterm.engine.face import EngineFace
from polyterm.models.money import PRICE_ONE
from polyterm.models.views import PositionView


def plain_positions(engine: EngineFace) -> list[Plain]:
    """Every holding of the account; names where they are known."""
    return [_position(engine, position) for position in engine.account().positions]


def _position(engine: EngineFace, position: PositionView) -> Plain:
    seen = engine.snapshot(position.token_id)
    micro, cost = None if seen is None else seen.micro, position.average_cost
    return {
        "token_id": position.token_id,
        "market": position.slug or None,
        "outcome": position.outcome or None,
        "size": units(position.size),
        "spendable": units(position.spendable),
        "average_cost": None if cost is None else f"{cost:f}",
        "micro_price": estimate(micro, scale=PRICE_ONE),
        "value": None if micro is None else units(round(micro * position.size / PRICE_ONE)),
    }
