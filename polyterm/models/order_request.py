"""The trader's intention, checked in itself before anything else looks at it.

What needs the market (grid, minimum size, book) is checked by the engine's safety gate; what can be
known from the request alone is refused here, each refusal naming its field.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from polyterm.models.enums import EndAction, Side, Urgency
from polyterm.models.ids import TokenId
from polyterm.models.money import Price, Size, parse_price, parse_units
from polyterm.models.strategy_params import (
    AnyParams,
    Limit,
    Money,
    Probability,
    Shares,
    StrategyParams,
    Strict,
)


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


class MicroPriceParams(BandParams):
    """Rest one order inside a band around the micro-price, and follow it."""

    strategy: str = "micro_price"


class KellyParams(BandParams):
    """Size by the Kelly criterion, then work the size by the micro-price."""

    sizes_itself: ClassVar[bool] = True
    strategy: str = "kelly"
    probability: Probability = Field(title="Probability")
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


class OrderRequest(Strict):
    """Buy or sell up to so many shares of a token, never beyond a limit, by a strategy."""

    token_id: Annotated[TokenId, Field(pattern=r"^[0-9]{1,78}$", title="Token")]
    side: Side = Field(title="Side")
    params: AnyParams
    size: Shares | None = Field(default=None, title="Size")
    """Shares; needed by every strategy but Kelly, where it caps the computed size."""
    max_price: Limit | None = Field(default=None, title="Highest price")
    """A buy never pays more per share; needed for a buy."""
    min_price: Limit | None = Field(default=None, title="Lowest price")
    """A sell never takes less per share; needed for a sell."""
    urgency: Urgency = Field(default=Urgency.MEDIUM, title="Urgency")
    post_only: bool = Field(default=False, title="Post-only")
    """Only ever rest in the book: never take, never pay a taker's fee."""
    deadline_s: Decimal | None = Field(
        default=None, gt=0, le=Decimal(30 * 86_400), title="Deadline"
    )
    """Seconds from acceptance until the end action; no deadline where not set."""
    end_action: EndAction = Field(default=EndAction.CANCEL, title="At deadline")
    volume_cap: Decimal | None = Field(default=None, gt=0, le=1, title="Volume cap")
    """Largest part of what the market trades, and of a level it takes from; 0.1 is a tenth."""
    confirmed: bool = False
    """The trader has seen that the order is a large one."""
    changes: int = Field(default=0, ge=0)
    """How often it was changed since it was accepted."""
    client_key: Annotated[str, Field(pattern=r"^[!-~]{1,64}$")] | None = None
    """The caller's own name for this request: sent again, it orders nothing a second time."""

    @model_validator(mode="after")
    def _limit_of_its_side(self) -> Self:
        wanted, other = ("max_price", "min_price")
        if self.side is Side.SELL:
            wanted, other = other, wanted
        if getattr(self, other) is not None:
            raise ValueError(f"{other}: a {self.side.lower()} is limited by {wanted}")
        if getattr(self, wanted) is None:
            raise ValueError(f"{wanted}: a {self.side.lower()} needs one")
        if self.size is None and not self.params.sizes_itself:
            raise ValueError(f"size: {self.params.strategy} needs one")
        if self.post_only and self.end_action is EndAction.CROSS:
            raise ValueError("end_action: a post-only order cannot cross at its deadline")
        return self

    @property
    def strategy(self) -> str:
        """How the order is worked."""
        return self.params.strategy

    @property
    def worst_price(self) -> Price:
        """The limit of its side, in price units."""
        limit = self.max_price if self.side is Side.BUY else self.min_price
        return parse_price(limit or Decimal(0))

    @property
    def size_units(self) -> Size | None:
        """The size in millionths of a share."""
        return None if self.size is None else parse_units(self.size)
