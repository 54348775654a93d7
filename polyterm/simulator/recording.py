"""A recorded market: what is known of it, and its timed rows.

A recording file is gzip JSON lines: a header, then one row a line, in order of time; prices and
sizes are decimal strings. `recording_lines` says what a line holds, `recording_file` opens one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from polyterm.models.book import Level
from polyterm.models.enums import Side
from polyterm.models.market import Market
from polyterm.models.money import Price, Size


class RecordingError(ValueError):
    """A recording that cannot be used, with the line at fault."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path.name}, line {line}: {reason}")
        self.path = path
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class RecordingInfo:
    """What a recording says of itself before its first row."""

    market: Market
    """As it stood at the start; `end_ms` is the market's end, not the recording's."""
    start_ms: int
    """Epoch milliseconds that rows count from."""
    source: str
    """Where the rows were observed."""
    observed_levels: int
    """Levels a side that were seen; those behind them are modelled."""
    model: str = ""
    """The rule by which whatever was not observed was filled in."""


@dataclass(frozen=True, slots=True)
class BookRow:
    """The first outcome's whole book from now on, best levels first."""

    ms: int
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class TickRow:
    """The grid changed."""

    ms: int
    tick: Price


@dataclass(frozen=True, slots=True)
class PrintRow:
    """Somebody traded; `side` is the taker's."""

    ms: int
    side: Side
    price: Price
    size: Size


@dataclass(frozen=True, slots=True)
class CloseRow:
    """Trading ended; `winner` is the index of the outcome where it is known."""

    ms: int
    winner: int | None = None


Row: TypeAlias = BookRow | TickRow | PrintRow | CloseRow


@dataclass(frozen=True, slots=True)
class Recording:
    """An opened recording; every call of `rows` streams it from its start."""

    info: RecordingInfo
    rows: Callable[[], Iterator[Row]]
