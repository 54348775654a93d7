"""What a trader may set about an iceberg."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from pydantic import Field, model_validator

from polyterm.models.strategy_params import Shares, StrategyParams


class IcebergParams(StrategyParams):
    """Show a little at a time: sequential tranches that add up to the size exactly."""

    strategy: str = "iceberg"
    tranche_size: Shares | None = Field(default=None, title="Tranche")
    """Shares shown at a time; a tenth of the size (at least the market's minimum) where not set."""
    tranche_variation: Decimal = Field(
        default=Decimal("0.2"), ge=0, le=Decimal("0.5"), title="Variation"
    )
    """Random share added to or taken from each tranche: 0.2 is +-20 %."""
    min_tranche: Shares | None = Field(default=None, title="Smallest tranche")
    """No tranche below this; the market's minimum where not set."""
    max_tranche: Shares | None = Field(default=None, title="Largest tranche")
    """No tranche above this."""
    min_delay_s: Decimal = Field(default=Decimal(1), ge=0, le=3600, title="Shortest pause")
    """Seconds between two tranches, at least."""
    max_delay_s: Decimal = Field(default=Decimal(3), ge=0, le=3600, title="Longest pause")
    """Seconds between two tranches, at most."""
    tranche_timeout_s: Decimal | None = Field(
        default=None, ge=1, le=86_400, title="Tranche timeout"
    )
    """Seconds after which what a tranche has left is taken back and joins the next one."""

    @model_validator(mode="after")
    def _ranges(self) -> Self:
        if self.max_delay_s < self.min_delay_s:
            raise ValueError("max_delay_s: must not be below min_delay_s")
        low, high = self.min_tranche, self.max_tranche
        if low is not None and high is not None and high < low:
            raise ValueError("max_tranche: must not be below min_tranche")
        return self
