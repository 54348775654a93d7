"""What a trader may set about the engine."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class ExitPolicy(StrEnum):
    """What happens to working orders when polyterm ends."""

    CANCEL = "cancel"
    LEAVE = "leave"


class RestartPolicy(StrEnum):
    """What happens to orders that were at work when polyterm last ended."""

    HOLD = "hold"
    """They show as paused until resumed by hand."""
    RESUME = "resume"


class EngineSettings(BaseModel):
    """Limits and habits of the engine; every default is meant for a careful trader."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    workers: int = Field(default=32, ge=1, le=1_000)
    """Parent orders worked at once; the rest wait, visibly queued."""
    large_order: Decimal = Field(default=Decimal(1_000), gt=0)
    """Dollars above which an order must be confirmed."""
    max_spread: Decimal = Field(default=Decimal("0.10"), gt=0, lt=1)
    """Widest spread, in dollars per share, at which an order is taken or worked."""
    stale_after_s: float = Field(default=15.0, ge=1, le=600)
    """Seconds without any sign of life from the market feed after which its books are not used."""
    on_exit: ExitPolicy = ExitPolicy.CANCEL
    """What quitting does with working orders where nobody is asked."""
    on_restart: RestartPolicy = RestartPolicy.HOLD
    """What starting does with orders that were at work."""
    heartbeat: bool = False
    """Have the exchange cancel everything when polyterm falls silent for 10 to 15 seconds; orders
    can then not be left resting on exit."""
