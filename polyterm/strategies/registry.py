"""Every strategy there is: a new one is one file beside this one, and one line here."""

from __future__ import annotations

from typing import Final

from polyterm.strategies.base import Strategy
from polyterm.strategies.iceberg import ICEBERG
from polyterm.strategies.kelly import KELLY
from polyterm.strategies.micro_price import MICRO_PRICE
from polyterm.strategies.twap import TWAP
from polyterm.strategies.vwap import VWAP

STRATEGIES: Final[dict[str, Strategy]] = {
    strategy.name: strategy
    for strategy in (
        ICEBERG,
        MICRO_PRICE,
        KELLY,
        TWAP,
        VWAP,
    )
}
