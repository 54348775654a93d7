"""What a trader may set about a Kelly order."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from pydantic import Field

from polyterm.models.strategy_params import Money, Probability
from polyterm.strategies.band_params import BandParams


class KellyParams(BandParams):
    """Size by the Kelly criterion, then work the size by the micro-price."""

    sized_by: ClassVar[str] = "probability"
    strategy: str = "kelly"
    probability: Probability = Field(title="Probability", examples=["0.6"])
    """Your probability that this outcome wins, between 0 and 1."""
    fraction: Decimal = Field(default=Decimal("0.5"), gt=0, le=1, title="Fraction")
    """Part of the full Kelly stake to take: 0.5 is half Kelly."""
    confidence: Decimal = Field(default=Decimal(1), gt=0, le=1, title="Confidence")
    """Weight of your probability against the market's: 0.5 trusts both alike, 1 yours alone."""
    bankroll: Money | None = Field(default=None, title="Bankroll")
    """Dollars that the stake is a part of; the account's worth where not set."""
    max_stake: Money | None = Field(default=None, title="Largest stake")
    """Never stake more dollars than this."""
    recalculate_s: Decimal = Field(default=Decimal(5), ge=1, le=3600, title="Recalculate")
    """Seconds between two looks at the size."""
