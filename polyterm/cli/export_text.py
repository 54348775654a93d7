"""Exports as text: CSV that no spreadsheet runs, and JSON lines."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from typing import IO, Any

from polyterm.cli.export_tables import Table
from polyterm.cli.plain import Plain

_FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet would take for a formula at the start of a text."""


def write_csv(table: Table, rows: Iterable[Plain], out: IO[str]) -> None:
    """Write a line of names, which is there for no rows too, and a line a row."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(map(_cell, row.values()) for row in rows)


def write_lines(table: Table, rows: Iterable[Plain], out: IO[str]) -> None:
    """Write an object a line."""
    out.writelines(json.dumps(row) + "\n" for row in rows)


def _cell(value: Any) -> Any:
    """The value; a text that a spreadsheet would run is quoted, because others wrote it."""
    is_formula = isinstance(value, str) and value.startswith(_FORMULA) and not _is_number(value)
    return f"'{value}" if is_formula else value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
