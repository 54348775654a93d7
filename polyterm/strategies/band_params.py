"""What a trader may set about following the micro-price."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from polyterm.models.strategy_params import StrategyParams


class BandParams(StrategyParams):
    """How a resting order follows the micro-price; micro-price and Kelly orders share it."""

    threshold_bps: int = Field(default=50, ge=1, le=5_000, title="Band")
    """Half-width of the band in basis points of the micro-price; never less than one tick."""
    aggression_bps: int = Field(default=100, ge=0, le=5_000, title="Aggression")
    """How far ahead of the next best order of our side we may stand, in basis points; never less
    than one tick."""
    hysteresis_ticks: Decimal = Field(default=Decimal("0.5"), ge=0, le=100, title="Hysteresis")
    """How far beyond the band a price must be, in ticks, before it counts as out of it."""
    imbalance_table: tuple[tuple[float, ...], ...] = Field(default=(), max_length=10)
    """Stoikov's estimator, as `polyterm.strategies.stoikov` fits it: one row a spread in ticks, in
    it the ticks from the mid by equal steps of imbalance; the weighted mid where not set."""
    max_adjustments: int = Field(default=10, ge=0, le=1_000, title="Adjustments")
    """Cancel-and-replace moves over the order's life."""
    min_interval_s: Decimal = Field(default=Decimal(2), ge=0, le=3600, title="Interval")
    """Seconds between two moves, at least."""
