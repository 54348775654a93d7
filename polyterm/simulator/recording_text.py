"""The lines of a recording, numbered, and faults that name them."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from polyterm.simulator.recording import RecordingError

_GZIP_MAGIC = b"\x1f\x8b"


def numbered_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Stream the lines of a file, gzip or plain, from 1; raise `RecordingError` where damaged."""
    number = 0
    with _opened(path) as file:
        try:
            for number, line in enumerate(file, 1):
                yield number, line
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise RecordingError(path, number + 1, f"the file is damaged: {error}") from error


@contextmanager
def naming_line(path: Path, number: int) -> Iterator[None]:
    """Turn what is wrong with a line's content into a `RecordingError` that names the line."""
    try:
        yield
    except RecordingError:
        raise
    except ValueError as error:
        raise RecordingError(path, number, str(error)) from error


def _opened(path: Path) -> gzip.GzipFile | BufferedReader:
    with path.open("rb") as file:
        packed = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
    return gzip.open(path, "rb") if packed else path.open("rb")
