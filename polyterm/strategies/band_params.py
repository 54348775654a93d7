"""What a trader may set about following the micro-price."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import from_json

from polyterm.models.strategy_params import StrategyParams


def _from_json(value: object) -> object:
    """From the shell it comes as it was printed."""
    if not isinstance(value, str):
        return value
    try:
        return from_json(value)
    except ValueError:
        raise ValueError("rows of numbers in JSON, as polyterm fit-micro-price prints it") from None


def _even(table: tuple[tuple[float, ...], ...]) -> tuple[tuple[float, ...], ...]:
    widths = {len(row) for row in table}
    if len(widths) > 1 or 0 in widths:
        raise ValueError("every row must have as many numbers as the first")
    return table


ImbalanceTable = Annotated[
    tuple[tuple[float, ...], ...], BeforeValidator(_from_json), AfterValidator(_even)
]


class BandParams(StrategyParams):
    """How a resting order follows the micro-price; micro-price and Kelly orders share it."""

    threshold_bps: int = Field(default=50, ge=1, le=5_000, title="Band")
    """Half-width of the band in basis points of the micro-price; never less than one tick."""
    aggression_bps: int = Field(default=100, ge=0, le=5_000, title="Aggression")
    """How far ahead of the next best order of our side we may stand, in basis points; never less
    than one tick."""
    hysteresis_ticks: Decimal = Field(default=Decimal("0.5"), ge=0, le=100, title="Hysteresis")
    """How far beyond the band a price must be, in ticks, before it counts as out of it."""
    imbalance_table: ImbalanceTable = Field(
        default=(), max_length=10, description="Estimator, as polyterm fit-micro-price prints it"
    )
    """Stoikov's estimator: one row a spread in ticks, in it the ticks from the mid by equal steps
    of imbalance; the weighted mid where not set."""
    max_adjustments: int = Field(default=10, ge=0, le=1_000, title="Adjustments")
    """Cancel-and-replace moves over the order's life."""
    min_interval_s: Decimal = Field(default=Decimal(2), ge=0, le=3600, title="Interval")
    """Seconds between two moves, at least."""
