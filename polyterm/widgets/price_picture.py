"""A chart of prices over time in plain characters, worked out apart from how it is painted.

Each mark has a shape of its own, so that it reads without colour; where two fall on one cell, the
one that matters more to the order stands.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import floor
from typing import NamedTuple

from polyterm.models.money import Price
from polyterm.widgets.numbers import price_text
from polyterm.widgets.price_trail import Look

OURS, BID, ASK, BOTH, MICRO, BAND = "━", "▁", "▔", "=", "·", "░"
LABEL_WIDTH = 8
_STALE_LOOKS = 3
"""A look stands for its place in time until so many are missing after it."""
_COARSER = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
_FINER = (4, 2)
_CORE, _ALL = slice(1, 3), slice(1, None)
"""Of a look: the best prices, and those with the micro-price and its band."""


class Stay(NamedTuple):
    """Our price while one child was at the exchange."""

    from_ms: int
    to_ms: int
    price: Price


@dataclass(frozen=True, slots=True)
class Prices:
    """All that goes into the picture."""

    looks: Sequence[Look]
    every_ms: int
    stays: Sequence[Stay]
    from_ms: int
    to_ms: int
    tick: Price


class _Scale(NamedTuple):
    top: int
    """Number of the first line, counted in steps from zero."""
    step: float

    def row(self, price: float) -> int:
        return self.top - _nearest(price, self.step)


def picture(prices: Prices, width: int, height: int) -> tuple[str, ...]:
    """Lines of exactly that width: a label, then the marks; highest price first."""
    columns = width - LABEL_WIDTH
    if columns < 4 or height < 3:
        return ()
    scale = _scale(prices, height)
    if scale is None:
        return ()
    cells = [[" "] * columns for _ in range(height)]
    for column, look in enumerate(_looks_by_column(prices, columns)):
        if look is not None:
            _draw_market(cells, column, look, scale)
    for stay in prices.stays:
        _draw_stay(cells, stay, prices, scale)
    return tuple(
        _label((scale.top - row) * scale.step, prices.tick) + "".join(line)
        for row, line in enumerate(cells)
    )


def _scale(prices: Prices, height: int) -> _Scale | None:
    """The finest lines that hold all prices; the band may be cut before a tick is halved."""
    core = [*_values(prices.looks, _CORE), *(stay.price for stay in prices.stays)]
    if not core:
        return None
    everything = [*core, *_values(prices.looks, _ALL)]
    finer = [prices.tick / part for part in _FINER]
    coarser = [float(prices.tick * by) for by in _COARSER]
    tries = [(everything, step) for step in (*finer, coarser[0])]
    tries += [(core, step) for step in coarser]
    for values, step in tries:
        low, high = _nearest(min(values), step), _nearest(max(values), step)
        spare = height - (high - low + 1)
        if spare >= 0:
            return _Scale(high + spare // 2, step)
    return None


def _nearest(price: float, step: float) -> int:
    return floor(price / step + 0.5)


def _values(looks: Iterable[Look], parts: slice) -> Iterable[float]:
    for look in looks:
        yield from (value for value in look[parts] if value is not None)


def _looks_by_column(prices: Prices, columns: int) -> list[Look | None]:
    times = [look.at_ms for look in prices.looks]
    span_ms = max(prices.to_ms - prices.from_ms, 1)
    stands_ms = max(_STALE_LOOKS * prices.every_ms, 2 * span_ms // columns)
    chosen: list[Look | None] = []
    for column in range(columns):
        at_ms = prices.from_ms + span_ms * (column + 1) // columns
        place = bisect_right(times, at_ms) - 1
        is_known = place >= 0 and at_ms - times[place] <= stands_ms
        chosen.append(prices.looks[place] if is_known else None)
    return chosen


def _draw_market(cells: list[list[str]], column: int, look: Look, scale: _Scale) -> None:
    if look.low is not None and look.high is not None:
        for row in range(scale.row(look.high), scale.row(look.low) + 1):
            _put(cells, row, column, BAND)
    if look.micro is not None:
        _put(cells, scale.row(look.micro), column, MICRO)
    if look.bid is not None:
        _put(cells, scale.row(look.bid), column, BID)
    if look.ask is not None:
        is_same = look.bid is not None and scale.row(look.bid) == scale.row(look.ask)
        _put(cells, scale.row(look.ask), column, BOTH if is_same else ASK)


def _draw_stay(cells: list[list[str]], stay: Stay, prices: Prices, scale: _Scale) -> None:
    columns = len(cells[0])
    span_ms = max(prices.to_ms - prices.from_ms, 1)
    first = (stay.from_ms - prices.from_ms) * columns // span_ms
    last = (stay.to_ms - prices.from_ms) * columns // span_ms
    for column in range(max(first, 0), min(last, columns - 1) + 1):
        _put(cells, scale.row(stay.price), column, OURS)


def _put(cells: list[list[str]], row: int, column: int, mark: str) -> None:
    if 0 <= row < len(cells):
        cells[row][column] = mark


def _label(price: float, tick: Price) -> str:
    nearest = round(price)
    is_on_grid = abs(price - nearest) < 0.01 and nearest % tick == 0 and 0 < nearest < 10_000
    return (price_text(nearest, tick) if is_on_grid else "").rjust(LABEL_WIDTH - 1) + " "
