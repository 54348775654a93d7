"""Opening and writing recordings."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path

from polyterm.simulator.recording import Recording, RecordingInfo, Row
from polyterm.simulator.recording_csv import is_csv, read_csv
from polyterm.simulator.recording_lines import decode_header, decode_row, encode_header, encode_row
from polyterm.simulator.recording_order import RowOrder
from polyterm.simulator.recording_text import naming_line, numbered_lines


def open_recording(path: Path) -> Recording:
    """Open a recording, or a raw CSV of both legs' best quotes, converted as it is read.

    Raises `RecordingError` where the beginning is bad, and later from `rows`, naming the line;
    `OSError` where the file cannot be opened.
    """
    _, first = next(numbered_lines(path), (1, b""))
    if is_csv(first):
        return read_csv(path)
    with naming_line(path, 1):
        info = decode_header(first)
    return Recording(info, lambda: _rows(path, info))


def write_recording(path: Path, info: RecordingInfo, rows: Iterable[Row]) -> None:
    """Write a recording; the same rows always give the same bytes."""
    order = RowOrder(info.market.tick)
    with path.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
        file.write(encode_header(info))
        for row in rows:
            file.write(encode_row(order.check(row)))


def _rows(path: Path, info: RecordingInfo) -> Iterator[Row]:
    order = RowOrder(info.market.tick)
    for number, line in numbered_lines(path):
        if number == 1:
            continue
        with naming_line(path, number):
            row = order.check(decode_row(line))
        yield row
