"""A CSV of both legs' best quotes, event by event, read as a recording.

Times of the books are epoch milliseconds of the exchange, the
market's end is epoch seconds. One message reaches the two legs one after the other, so in between
they contradict each other: each row's `source_side` names the leg that is newer, and that leg alone
makes the row (`execution.md` 8).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from polyterm.models.book import Level
from polyterm.models.enums import Side
from polyterm.models.ids import ConditionId, TokenId
from polyterm.models.market import FeeSchedule, Market, Outcome
from polyterm.models.money import PRICE_ONE, UNIT, parse_price, parse_units
from polyterm.models.text import clean
from polyterm.simulator.recording import (
    BookRow,
    Recording,
    RecordingError,
    RecordingInfo,
    Row,
    TickRow,
)
from polyterm.simulator.recording_depth import RULE, SideDepth
from polyterm.simulator.recording_order import RowOrder
from polyterm.simulator.recording_text import naming_line, numbered_lines

COLUMNS = frozenset(
    {
        "market_slug",
        "question",
        "up_token_id",
        "down_token_id",
        "market_end_ts",
        "source_side",
        *(
            f"{leg}_{column}"
            for leg in ("up", "down")
            for column in ("book_ts", "bid", "bid_size", "ask", "ask_size")
        ),
    }
)
_COARSE, _FINE = 100, 10
_MIN_SIZE = 5 * UNIT
_CRYPTO_FEE = FeeSchedule(rate_ppm=70_000)
_ASSUMED = "The grid is 0.01 until a price leaves it, then 0.001. Assumed: fee rate 0.07, size 5."


def is_csv(first_line: bytes) -> bool:
    """Whether a file with this first line is such a CSV."""
    return COLUMNS.issubset(_cells(first_line))


def read_csv(path: Path) -> Recording:
    """Open such a CSV; raise `RecordingError` on a bad beginning, or from `rows` later on."""
    number, row = next(_records(path), (2, None))
    if row is None:
        raise RecordingError(path, number, "no row after the header")
    with naming_line(path, number):
        info = _info(row)
    return Recording(info, lambda: _rows(path, info))


def _rows(path: Path, info: RecordingInfo) -> Iterator[Row]:
    merge = _Merge(info.start_ms)
    order = RowOrder(info.market.tick)
    for number, row in _records(path):
        with naming_line(path, number):
            rows = [order.check(made) for made in merge.take(row)]
        yield from rows


def _records(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    names: list[str] = []
    for number, line in numbered_lines(path):
        cells = _cells(line)
        if number == 1:
            names = cells
            continue
        if len(cells) != len(names):
            raise RecordingError(path, number, f"{len(cells)} cells under {len(names)} columns")
        yield number, dict(zip(names, cells, strict=True))


def _cells(line: bytes) -> list[str]:
    return next(csv.reader([line.decode("utf-8", "replace").rstrip("\r\n")]), [])


def _info(row: dict[str, str]) -> RecordingInfo:
    slug = clean(row["market_slug"])
    up, down = row["up_token_id"], row["down_token_id"]
    if not (up.isdecimal() and down.isdecimal()):
        raise ValueError("a token id is not a decimal number")
    return RecordingInfo(
        market=Market(
            # The source has none; any will do that is the same every time.
            condition_id=ConditionId("0x" + sha256(f"{slug} {up}".encode()).hexdigest()),
            slug=slug,
            question=clean(row["question"]),
            outcomes=(Outcome(TokenId(up), "Up"), Outcome(TokenId(down), "Down")),
            tick=_COARSE,
            min_size=_MIN_SIZE,
            fees=_CRYPTO_FEE,
            neg_risk=False,
            protocol="v1",
            accepting_orders=True,
            end_ms=int(row["market_end_ts"]) * 1000,
        ),
        start_ms=_newer_leg(row).ms,
        source="best bid and ask of both legs, event by event",
        observed_levels=1,
        model=f"{RULE} {_ASSUMED}",
    )


@dataclass(frozen=True, slots=True)
class _Leg:
    """What a row says of the first outcome, by the leg that was newer."""

    ms: int
    bid: Level | None
    ask: Level | None


def _newer_leg(row: dict[str, str]) -> _Leg:
    leg = row["source_side"]
    if leg not in {"up", "down"}:
        raise ValueError(f"source_side is {leg!r}, neither up nor down")
    bid, ask = (
        Level(parse_price(row[f"{leg}_{side}"]), parse_units(row[f"{leg}_{side}_size"]))
        for side in ("bid", "ask")
    )
    if leg == "down":
        bid, ask = (Level(PRICE_ONE - price, size) for price, size in (ask, bid))
    return _Leg(int(row[f"{leg}_book_ts"]), _or_none(bid), _or_none(ask))


def _or_none(level: Level) -> Level | None:
    # An empty side is written as 0.0 of 0.0, and comes as 1 of 0.0 on the mirrored leg.
    return level if level.size and 0 < level.price < PRICE_ONE else None


class _Merge:
    """Makes rows of a recording from rows of the CSV, in order."""

    def __init__(self, start_ms: int) -> None:
        self._start_ms = start_ms
        self._ms = start_ms
        self._tick = _COARSE
        self._last: tuple[Level | None, Level | None] | None = None
        self._bids, self._asks = SideDepth(Side.BUY), SideDepth(Side.SELL)

    def take(self, row: dict[str, str]) -> list[Row]:
        """The rows that follow from one row: none where nothing changed or it came too late."""
        leg = _newer_leg(row)
        if leg.ms < self._ms or (leg.bid, leg.ask) == self._last or _crossed(leg):
            return []
        self._ms, self._last = leg.ms, (leg.bid, leg.ask)
        since_start = leg.ms - self._start_ms
        rows: list[Row] = []
        if any(level and level.price % self._tick for level in self._last):
            self._tick = _FINE
            rows.append(TickRow(since_start, _FINE))
        bids, asks = self._bids.behind(leg.bid, self._tick), self._asks.behind(leg.ask, self._tick)
        rows.append(BookRow(since_start, bids, asks))
        return rows


def _crossed(leg: _Leg) -> bool:
    return leg.bid is not None and leg.ask is not None and leg.bid.price >= leg.ask.price
