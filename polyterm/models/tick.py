"""The price grid of a market."""

from __future__ import annotations

from polyterm.models.enums import Side
from polyterm.models.money import PRICE_ONE, Price, ceil_to, floor_to

TICKS: tuple[Price, ...] = (1000, 100, 50, 25, 10, 1)
"""The six ticks of the exchange (`protocol.md` 3.4), coarse to fine."""


def on_tick(price: Price, tick: Price) -> bool:
    """Whether the exchange takes `price` on this grid: tick <= price <= 1 - tick, on a step."""
    return tick <= price <= PRICE_ONE - tick and price % tick == 0


def clamp(price: Price, tick: Price) -> Price:
    """The nearest price the grid allows at all: between one tick and one dollar less a tick."""
    return min(max(price, tick), PRICE_ONE - tick)


def passive(price: Price, tick: Price, side: Side) -> Price:
    """Round to the grid on our own side: a buy down, a sell up."""
    return floor_to(price, tick) if side is Side.BUY else ceil_to(price, tick)


def decimals(tick: Price) -> int:
    """Decimals needed to write any price on this grid."""
    return 4 if tick % 10 else 3 if tick % 100 else 2 if tick % 1000 else 1
