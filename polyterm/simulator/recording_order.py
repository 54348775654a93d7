"""Which row may follow which: time, grid, and the shape of a book."""

from __future__ import annotations

from itertools import pairwise

from polyterm.models.book import Level
from polyterm.models.enums import Side
from polyterm.models.money import Price
from polyterm.models.tick import TICKS, on_tick
from polyterm.simulator.recording import BookRow, CloseRow, PrintRow, Row, TickRow


class RowOrder:
    """Checks rows one after the other; remembers the time, the grid and the close."""

    def __init__(self, tick: Price) -> None:
        self._tick = tick
        self._ms = 0
        self._closed = False

    def check(self, row: Row) -> Row:
        """Return the row, or raise `ValueError` with what is wrong with it here."""
        if self._closed:
            raise ValueError("a row after the close")
        if row.ms < self._ms:
            raise ValueError(f"time goes back from {self._ms} to {row.ms} ms")
        self._ms = row.ms
        match row:
            case BookRow():
                self._check_side(row.bids, Side.BUY)
                self._check_side(row.asks, Side.SELL)
                _check_spread(row)
            case TickRow():
                self._take_tick(row.tick)
            case PrintRow():
                self._check_level(Level(row.price, row.size))
            case CloseRow():
                self._closed = True
        return row

    def _take_tick(self, tick: Price) -> None:
        if tick not in TICKS:
            raise ValueError(f"{tick} is not a tick of the exchange")
        self._tick = tick

    def _check_side(self, levels: tuple[Level, ...], side: Side) -> None:
        for level in levels:
            self._check_level(level)
        for better, worse in pairwise(levels):
            if better.price == worse.price or not side.within(worse.price, better.price):
                raise ValueError("levels are not best first, each price once")

    def _check_level(self, level: Level) -> None:
        if not on_tick(level.price, self._tick):
            raise ValueError(f"price {level.price} is not on the grid of {self._tick}")
        if level.size <= 0:
            raise ValueError("a size is not above zero")


def _check_spread(row: BookRow) -> None:
    if row.bids and row.asks and row.bids[0].price >= row.asks[0].price:
        raise ValueError("the bid is not below the ask")
