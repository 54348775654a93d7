"""One line of a recording file, to and from its value."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from polyterm.models.book import Level
from polyterm.models.enums import Side
from polyterm.models.ids import ConditionId, TokenId
from polyterm.models.market import FeeSchedule, Market, Outcome
from polyterm.models.money import format_price, format_units, parse_ppm, parse_price, parse_units
from polyterm.models.text import clean
from polyterm.models.tick import TICKS
from polyterm.simulator.recording import (
    BookRow,
    CloseRow,
    PrintRow,
    RecordingInfo,
    Row,
    TickRow,
)

FORMAT = "polyterm-recording"
VERSION = 1


class _Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class _Outcome(_Struct, frozen=True):
    token_id: str
    name: str


class _Market(_Struct, frozen=True):
    slug: str
    question: str
    condition_id: str
    outcomes: tuple[_Outcome, _Outcome]
    tick: str
    min_size: str
    fee_rate: str
    fee_exponent: int
    neg_risk: bool
    protocol: str
    taker_delay_ms: int
    end_ms: int | None


class _Header(_Struct, frozen=True):
    format: str
    version: int
    market: _Market
    start_ms: int
    source: str
    observed_levels: int
    model: str


_WireLevel: TypeAlias = tuple[str, str]


class _Book(_Struct, frozen=True, tag="book"):
    ms: int
    bids: list[_WireLevel]
    asks: list[_WireLevel]


class _Tick(_Struct, frozen=True, tag="tick"):
    ms: int
    tick: str


class _Print(_Struct, frozen=True, tag="print"):
    ms: int
    side: Side
    price: str
    size: str


class _Close(_Struct, frozen=True, tag="close"):
    ms: int
    winner: int | None = None


_WireRow: TypeAlias = _Book | _Tick | _Print | _Close
_header_decoder = msgspec.json.Decoder(_Header)
_row_decoder: msgspec.json.Decoder[_WireRow] = msgspec.json.Decoder(_WireRow)


def encode_header(info: RecordingInfo) -> bytes:
    """The first line of a file."""
    market = info.market
    wire = _Market(
        slug=market.slug,
        question=market.question,
        condition_id=market.condition_id,
        outcomes=(_wire_outcome(market.outcomes[0]), _wire_outcome(market.outcomes[1])),
        tick=format_price(market.tick),
        min_size=format_units(market.min_size, 0),
        fee_rate=format_units(market.fees.rate_ppm, 1),
        fee_exponent=market.fees.exponent,
        neg_risk=market.neg_risk,
        protocol=market.protocol,
        taker_delay_ms=market.taker_delay_ms,
        end_ms=market.end_ms,
    )
    return _encode(
        _Header(FORMAT, VERSION, wire, info.start_ms, info.source, info.observed_levels, info.model)
    )


def decode_header(line: bytes) -> RecordingInfo:
    """Read the first line; raise `ValueError` with what is wrong with it."""
    header = _header_decoder.decode(line)
    if (header.format, header.version) != (FORMAT, VERSION):
        raise ValueError(f"not a {FORMAT} of version {VERSION}")
    market = header.market
    tick = parse_price(market.tick)
    if tick not in TICKS:
        raise ValueError(f"{market.tick} is not a tick of the exchange")
    return RecordingInfo(
        market=Market(
            condition_id=ConditionId(market.condition_id),
            slug=clean(market.slug),
            question=clean(market.question),
            outcomes=(_outcome(market.outcomes[0]), _outcome(market.outcomes[1])),
            tick=tick,
            min_size=parse_units(market.min_size),
            fees=FeeSchedule(parse_ppm(market.fee_rate), market.fee_exponent),
            neg_risk=market.neg_risk,
            protocol=market.protocol,
            accepting_orders=True,
            end_ms=market.end_ms,
            taker_delay_ms=market.taker_delay_ms,
        ),
        start_ms=header.start_ms,
        source=clean(header.source),
        observed_levels=header.observed_levels,
        model=clean(header.model, limit=1000),
    )


def encode_row(row: Row) -> bytes:
    """One line after the first."""
    match row:
        case BookRow():
            return _encode(_Book(row.ms, _wire_levels(row.bids), _wire_levels(row.asks)))
        case TickRow():
            return _encode(_Tick(row.ms, format_price(row.tick)))
        case PrintRow():
            return _encode(_Print(row.ms, row.side, format_price(row.price), _wire_size(row.size)))
        case CloseRow():
            return _encode(_Close(row.ms, row.winner))


def decode_row(line: bytes) -> Row:
    """Read a line after the first; raise `ValueError` with what is wrong with it."""
    row = _row_decoder.decode(line)
    match row:
        case _Book():
            return BookRow(row.ms, _levels(row.bids), _levels(row.asks))
        case _Tick():
            return TickRow(row.ms, parse_price(row.tick))
        case _Print():
            return PrintRow(row.ms, row.side, parse_price(row.price), parse_units(row.size))
        case _Close():
            if row.winner not in (None, 0, 1):
                raise ValueError("the winner is neither outcome")
            return CloseRow(row.ms, row.winner)


def _encode(value: msgspec.Struct) -> bytes:
    return msgspec.json.encode(value) + b"\n"


def _wire_outcome(outcome: Outcome) -> _Outcome:
    return _Outcome(outcome.token_id, outcome.name)


def _outcome(wire: _Outcome) -> Outcome:
    if not wire.token_id.isdecimal():
        raise ValueError("a token id is not a decimal number")
    return Outcome(TokenId(wire.token_id), clean(wire.name))


def _wire_size(size: int) -> str:
    return format_units(size, 0)


def _wire_levels(levels: tuple[Level, ...]) -> list[_WireLevel]:
    return [(format_price(price), _wire_size(size)) for price, size in levels]


def _levels(wire: list[_WireLevel]) -> tuple[Level, ...]:
    return tuple(Level(parse_price(price), parse_units(size)) for price, size in wire)
