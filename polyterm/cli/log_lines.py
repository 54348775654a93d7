"""Reading the log back: rotated files first, lines that are not whole left out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from polyterm.cli.exit_codes import ExitCode
from polyterm.cli.failure import Failure
from polyterm.models.text import clean

_LONGEST = 400


def read_log(path: Path) -> Iterator[dict[str, Any]]:
    """Every line that the log still holds, oldest first; `Failure` where there is no log."""
    if not path.is_file():
        raise Failure(f"no log at {path}: nothing has run on this venue", ExitCode.NOT_FOUND)
    for file in (*reversed(put_aside(path)), path):
        # A running engine may put files aside, and drop the oldest, while they are being read.
        with suppress(FileNotFoundError), file.open(encoding="utf-8", errors="replace") as lines:
            yield from filter(None, map(_parsed, lines))


def put_aside(path: Path) -> list[Path]:
    """Log files that were put aside, the newest first."""
    return sorted(filter(_age, path.parent.glob(f"{path.name}.*")), key=_age)


def in_one_line(line: dict[str, Any]) -> str:
    """A line for people: when, how bad, which order, what."""
    order = f" [{line['order']}]" if "order" in line else ""
    text = clean(str(line.get("text", "")), _LONGEST)
    return f"{line.get('at', '')} {line.get('level', ''):<7} {line.get('from', '')}{order}: {text}"


def _age(path: Path) -> int:
    """Which file in a row it is, from 1; 0 for one that is none of ours."""
    number = path.suffix.removeprefix(".")
    return int(number) if number.isdecimal() else 0


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        known = json.loads(line)
    except ValueError:
        return None
    return known if isinstance(known, dict) else None
