"""How much an iceberg shows next: random sizes whose sum is exact and whose tail is sendable."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from polyterm.models.money import SIZE_STEP, Size, ceil_to, floor_to, parse_units
from polyterm.strategies.feasibility import smallest_child
from polyterm.strategies.iceberg_params import IcebergParams

_DEFAULT_TRANCHES = 10


@dataclass(frozen=True, slots=True)
class TrancheRange:
    """What one tranche may be, in millionths of a share."""

    nominal: Size
    low: Size
    high: Size
    """Kept unless the tail would be too small to send."""


def tranche_range(params: IcebergParams, size: Size, min_size: Size) -> TrancheRange:
    """The range of an order's tranches; what can be sent wins over what was typed."""
    least = smallest_child(size, ceil_to(min_size, SIZE_STEP))
    low = max(_units(params.min_tranche), least)
    high = max(_units(params.max_tranche) or size, low)
    nominal = _units(params.tranche_size) or floor_to(size // _DEFAULT_TRANCHES, SIZE_STEP)
    return TrancheRange(min(max(nominal, low), high), low, high)


def next_tranche(rest: Size, allowed: TrancheRange, variation: float) -> Size:
    """The next tranche of `rest`, both multiples of 0.01; `variation` is -0.2 for 20 % less.

    What it leaves is nothing, or at least `allowed.low`: a smaller tail is merged, if need be
    beyond `allowed.high`.
    """
    drawn = floor_to(round(allowed.nominal * (1 + variation)), SIZE_STEP)
    tranche = min(max(drawn, allowed.low), allowed.high, rest)
    if rest - tranche == 0 or rest - tranche >= allowed.low:
        return tranche
    shorter = rest - allowed.low
    return shorter if rest > allowed.high and shorter >= allowed.low else rest


def _units(shares: Decimal | None) -> Size:
    return 0 if shares is None else parse_units(shares)
