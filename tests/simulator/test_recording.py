from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polyterm.models.book import Level
from polyterm.models.enums import Side
from polyterm.models.money import parse_price, parse_units
from polyterm.simulator.convert import convert_csv
from polyterm.simulator.recording import (
    BookRow,
    CloseRow,
    PrintRow,
    RecordingError,
    Row,
    TickRow,
)
from polyterm.simulator.recording_file import open_recording, write_recording
from polyterm.simulator.recording_lines import (
    decode_header,
    decode_row,
    encode_header,
    encode_row,
)
from polyterm.simulator.recording_order import RowOrder
from tests.simulator.recorded import INFO, REAL, book_row

ROWS: list[Row] = [
    book_row(0, {48: 100, 47: 90}, {49: 30}),
    PrintRow(10, Side.BUY, 4900, 12_345_678),
    book_row(10, {48: 100}, {}),
    TickRow(20, 10),
    BookRow(30, (Level(10, 1),), (Level(9_990, 2_000_000_000),)),
    CloseRow(40, 1),
]

prices = st.integers(1, 99).map(lambda cents: cents * 100)
sizes = st.integers(1, 10**12)
times = st.integers(0, 10**9)
levels = st.dictionaries(prices, sizes, max_size=12)


@st.composite
def any_row(draw: st.DrawFn) -> Row:
    ms = draw(times)
    mid = draw(prices)
    resting = draw(levels)
    bids = sorted((Level(p, s) for p, s in resting.items() if p < mid), reverse=True)
    asks = sorted(Level(p, s) for p, s in resting.items() if p >= mid)
    return draw(
        st.sampled_from(
            [
                BookRow(ms, tuple(bids), tuple(asks)),
                TickRow(ms, 100),
                PrintRow(ms, draw(st.sampled_from(Side)), draw(prices), draw(sizes)),
                CloseRow(ms, draw(st.sampled_from([None, 0, 1]))),
            ]
        )
    )


@settings(deadline=None)
@given(any_row())
def test_every_row_survives_its_line(row: Row) -> None:
    assert decode_row(encode_row(row)) == RowOrder(100).check(row)


def test_the_header_survives_its_line() -> None:
    assert decode_header(encode_header(INFO)) == INFO


def test_a_file_gives_back_what_was_written_as_often_as_asked(tmp_path: Path) -> None:
    path = tmp_path / "rain.jsonl.gz"
    write_recording(path, INFO, ROWS)
    recording = open_recording(path)
    assert recording.info == INFO
    assert [list(recording.rows()) for _ in range(2)] == [ROWS, ROWS]


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "a.gz", tmp_path / "b.gz"
    for path in (first, second):
        write_recording(path, INFO, ROWS)
    assert first.read_bytes() == second.read_bytes()


def test_prices_and_sizes_are_exact_decimals_on_the_line() -> None:
    line = json.loads(encode_row(BookRow(5, (Level(4_801, 1_000_001),), ())))
    assert line == {"type": "book", "ms": 5, "bids": [["0.4801", "1.000001"]], "asks": []}


def test_the_reader_streams_and_stops_where_it_is_told(tmp_path: Path) -> None:
    path = tmp_path / "rain.gz"
    _write_lines(path, [encode_header(INFO), encode_row(ROWS[0]), b"nonsense\n"])
    rows = open_recording(path).rows()
    assert next(rows) == ROWS[0]
    with pytest.raises(RecordingError, match="line 3"):
        next(rows)


def _write_lines(path: Path, lines: list[bytes]) -> None:
    path.write_bytes(gzip.compress(b"".join(lines)))


def _line(**fields: object) -> bytes:
    return json.dumps(fields).encode() + b"\n"


def _book(ms: int, bids: list[list[str]], asks: list[list[str]]) -> bytes:
    return _line(type="book", ms=ms, bids=bids, asks=asks)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([_book(0, [["0.485", "1"]], [])], "grid"),
        ([_book(0, [["0", "1"]], [])], "grid"),
        ([_book(0, [["0.48001", "1"]], [])], "decimals"),
        ([_book(0, [["nan", "1"]], [])], "not a number"),
        ([_book(0, [["0.48", "0"]], [])], "above zero"),
        ([_book(0, [["0.48", "-5"]], [])], "above zero"),
        ([_book(0, [["0.48", "1.0000001"]], [])], "decimals"),
        ([_book(0, [["0.47", "1"], ["0.48", "1"]], [])], "best first"),
        ([_book(0, [], [["0.47", "1"], ["0.47", "1"]])], "best first"),
        ([_book(0, [["0.48", "1"]], [["0.48", "1"]])], "below the ask"),
        ([_book(-1, [], [])], "time goes back"),
        ([_line(type="book", ms=0, bids=[])], "asks"),
        ([_line(type="book", ms=0, bids=[], asks=[], extra=1)], "extra"),
        ([_line(type="gossip", ms=0)], "gossip"),
        ([_line(type="tick", ms=0, tick="0.02")], "not a tick"),
        ([_line(type="print", ms=0, side="HOLD", price="0.5", size="1")], "HOLD"),
        ([_line(type="print", ms=0, side="BUY", price="0.5", size="0")], "above zero"),
        ([_line(type="close", ms=0, winner=2)], "neither outcome"),
        ([b"[1, 2\n"], "object"),
        ([b"\xff\xfe\n"], "malformed|utf"),
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path: Path, lines: list[bytes], reason: str) -> None:
    path = tmp_path / "bad.gz"
    _write_lines(path, [encode_header(INFO), _book(0, [], []), *lines])
    with pytest.raises(RecordingError, match=reason) as caught:
        list(open_recording(path).rows())
    assert caught.value.line == 3
    assert str(caught.value).startswith("bad.gz, line 3: ")


@pytest.mark.parametrize(
    "lines",
    [
        [_book(5, [], []), _book(4, [], [])],
        [_line(type="close", ms=0), _book(5, [], [])],
    ],
    ids=["time goes back", "after the close"],
)
def test_rows_out_of_order_are_named(tmp_path: Path, lines: list[bytes]) -> None:
    path = tmp_path / "bad.gz"
    _write_lines(path, [encode_header(INFO), *lines])
    with pytest.raises(RecordingError) as caught:
        list(open_recording(path).rows())
    assert caught.value.line == 3


def _header(**changes: object) -> bytes:
    header = json.loads(encode_header(INFO))
    return _line(**{**header, **changes})


@pytest.mark.parametrize(
    "first_line",
    [
        b"",
        b"hello\n",
        _header(format="something else"),
        _header(version=2),
        _header(market={}),
        _header(surprise=1),
        encode_header(INFO).replace(b'"tick":"0.01"', b'"tick":"0.03"'),
        encode_header(INFO).replace(b"9" * 70, b"0xbeef"),
    ],
)
def test_a_bad_header_is_refused_at_once(tmp_path: Path, first_line: bytes) -> None:
    path = tmp_path / "bad.gz"
    _write_lines(path, [first_line])
    with pytest.raises(RecordingError) as caught:
        open_recording(path)
    assert caught.value.line == 1


def test_a_file_cut_short_is_named(tmp_path: Path) -> None:
    path = tmp_path / "cut.gz"
    write_recording(path, INFO, [book_row(ms, {48: ms + 1}, {49: 7}) for ms in range(5_000)])
    path.write_bytes(path.read_bytes()[:-2_000])
    with pytest.raises(RecordingError, match="damaged"):
        list(open_recording(path).rows())


def test_an_empty_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "empty.gz"
    path.write_bytes(b"")
    with pytest.raises(RecordingError, match="line 1"):
        open_recording(path)


HEADER = (
    "recorded_at_ts,market_slug,question,up_token_id,down_token_id,market_end_ts,up_book_ts,"
    "down_book_ts,up_bid,up_bid_size,up_ask,up_ask_size,down_bid,down_bid_size,down_ask,"
    "down_ask_size,source_side"
)


def _csv(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "market.csv.gz"
    lead = '1775.1,rain,"Rain, or not?",123,456,2000'
    path.write_bytes(
        gzip.compress("\n".join([HEADER, *(f"{lead},{row}" for row in rows)]).encode())
    )
    return path


def _tops(path: Path) -> list[tuple[int, Level | None, Level | None]]:
    return [
        (row.ms, next(iter(row.bids), None), next(iter(row.asks), None))
        for row in open_recording(path).rows()
        if isinstance(row, BookRow)
    ]


def test_the_newer_leg_makes_the_row_and_echoes_are_dropped(tmp_path: Path) -> None:
    path = _csv(
        tmp_path,
        "1000,1000,0.48,10.5,0.49,20,0.51,20,0.52,10.5,up",
        "1100,1000,0.50,7,0.51,8,0.51,20,0.52,10.5,up",
        "1100,1100,0.50,7,0.51,8,0.49,8,0.50,7,down",
        "1100,1200,0.50,7,0.51,8,0.48,3,0.51,4,down",
        "1150,1200,0.60,7,0.61,8,0.48,3,0.51,4,up",
    )
    assert _tops(path) == [
        (0, Level(4_800, 10_500_000), Level(4_900, 20_000_000)),
        (100, Level(5_000, 7_000_000), Level(5_100, 8_000_000)),
        (200, Level(4_900, 4_000_000), Level(5_200, 3_000_000)),
    ]


def test_an_empty_side_is_empty_on_either_leg(tmp_path: Path) -> None:
    path = _csv(
        tmp_path,
        "1000,1000,0.0,0.0,0.01,20,0.99,20,1.0,0.0,up",
        "1000,1100,0.0,0.0,0.01,20,0.99,30,1.0,0.0,down",
    )
    assert _tops(path) == [(0, None, Level(100, 20_000_000)), (100, None, Level(100, 30_000_000))]


def test_the_grid_gets_finer_when_a_price_leaves_it(tmp_path: Path) -> None:
    path = _csv(
        tmp_path,
        "1000,1000,0.02,10,0.03,20,0.97,20,0.98,10,up",
        "1100,1000,0.02,10,0.025,20,0.97,20,0.98,10,up",
        "1200,1000,0.02,10,0.024,20,0.97,20,0.98,10,up",
    )
    rows = list(open_recording(path).rows())
    assert [row for row in rows if isinstance(row, TickRow)] == [TickRow(100, 10)]
    assert rows.index(TickRow(100, 10)) == 1


def test_a_crossed_instant_is_left_out(tmp_path: Path) -> None:
    path = _csv(
        tmp_path,
        "1000,1000,0.48,10,0.49,20,0.51,20,0.52,10,up",
        "1100,1000,0.50,10,0.49,20,0.51,20,0.52,10,up",
    )
    assert len(_tops(path)) == 1


@pytest.mark.parametrize(
    ("row", "line"),
    [
        ("1000,1000,0.48,10,0.49,20,0.51,20,0.52,10,sideways", 3),
        ("1000,1000,zero,10,0.49,20,0.51,20,0.52,10,up", 3),
        ("soon,1000,0.48,10,0.49,20,0.51,20,0.52,10,up", 3),
        ("1000,1000,0.48,10,0.49", 3),
    ],
)
def test_a_bad_line_of_a_csv_is_named(tmp_path: Path, row: str, line: int) -> None:
    path = _csv(tmp_path, "1000,1000,0.48,10,0.49,20,0.51,20,0.52,10,up", row)
    with pytest.raises(RecordingError) as caught:
        convert_csv(path, tmp_path / "out.gz")
    assert caught.value.line == line
    assert [left.name for left in tmp_path.iterdir()] == ["market.csv.gz"]


def test_modelled_levels_keep_what_was_seen_and_say_so(tmp_path: Path) -> None:
    path = _csv(
        tmp_path,
        "1000,1000,0.48,100,0.60,20,0.40,20,0.52,100,up",
        "1100,1000,0.49,77,0.60,20,0.40,20,0.52,100,up",
    )
    recording = open_recording(path)
    first, second = (row for row in recording.rows() if isinstance(row, BookRow))
    assert recording.info.observed_levels == 1
    assert "running average" in recording.info.model
    assert len(first.bids) == len(second.bids) == 10
    assert second.bids[1] == Level(4_800, 100_000_000)
    assert [level.size for level in first.bids] == sorted(
        (level.size for level in first.bids), reverse=True
    )


@pytest.mark.parametrize("source", REAL)
def test_a_real_csv_reads_the_same_converted_or_not(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "real.gz"
    info = convert_csv(source, target)
    converted = open_recording(target)
    rows = list(converted.rows())
    assert converted.info == info == open_recording(source).info
    assert rows == list(open_recording(source).rows())
    assert len(rows) > 250


@pytest.mark.parametrize("source", REAL)
def test_a_real_csv_has_the_touch_of_its_newer_leg(source: Path) -> None:
    with gzip.open(source, "rt") as file:
        *_, last = csv.DictReader(file)
    final = [row for row in open_recording(source).rows() if isinstance(row, BookRow)][-1]
    assert final.asks[0].price == parse_price(last["up_ask"])
    assert final.asks[0].size == parse_units(last["up_ask_size"])
    assert (final.bids[0].price if final.bids else 0) == parse_price(last["up_bid"])
