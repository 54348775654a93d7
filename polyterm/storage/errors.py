"""What can be wrong with the journal, in words for people."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from polyterm.engine.store import OverfillError, PrunedError, StoreError, TakenOverError

__all__ = [
    "DamageError",
    "DiskFullError",
    "OverfillError",
    "PrunedError",
    "StoreError",
    "TakenOverError",
    "as_written",
    "in_words",
]


class DamageError(StoreError):
    """The file is a journal no more, or holds what no journal would."""


class DiskFullError(StoreError):
    """There is no room left for what was to be written."""


_PRIMARY_CODE = 0xFF
"""SQLite's extended codes hold the plain one in their lowest byte."""

_BY_CODE: dict[int, tuple[type[StoreError], str]] = {
    sqlite3.SQLITE_FULL: (DiskFullError, "the disk is full: make room, nothing is sent until then"),
    sqlite3.SQLITE_READONLY: (StoreError, "it can be read but not written: see its file system"),
    sqlite3.SQLITE_CORRUPT: (DamageError, "it is damaged"),
    sqlite3.SQLITE_NOTADB: (DamageError, "it is no database"),
    sqlite3.SQLITE_BUSY: (StoreError, "another process holds it"),
    sqlite3.SQLITE_IOERR: (StoreError, "the disk reports an error"),
}

_BY_ERRNO: dict[int, tuple[type[StoreError], str]] = {
    errno.EROFS: (StoreError, "its file system is read-only: polyterm needs to write there"),
    errno.ENOSPC: (DiskFullError, "the disk is full: make room"),
    errno.EDQUOT: (DiskFullError, "the disk quota is used up: make room"),
    errno.EACCES: (StoreError, "it belongs to somebody else: permission denied"),
}


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Turn what SQLite and the system say about the journal at `path` into a `StoreError`."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise _no_text(path) from error
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        if code is None and isinstance(error, sqlite3.OperationalError):
            # Not from SQLite itself: Python found bytes where text was kept, and quotes them.
            raise _no_text(path) from error
        known = _BY_CODE.get((code or 0) & _PRIMARY_CODE)
        raise _worded(path, known, str(error)) from error
    except OSError as error:
        raise _worded(path, _BY_ERRNO.get(error.errno or 0), error.strerror or "") from error


@contextmanager
def as_written(path: Path) -> Iterator[None]:
    """Raise `DamageError` where a row of the journal at `path` is not what was once written."""
    try:
        yield
    except (ValueError, TypeError, msgspec.MsgspecError) as error:
        raise DamageError(f"the journal {path} is damaged: a row cannot be read") from error


def _no_text(path: Path) -> DamageError:
    return DamageError(f"the journal {path} cannot be used: it is damaged (text is no text)")


def _worded(path: Path, known: tuple[type[StoreError], str] | None, detail: str) -> StoreError:
    if known is None:
        return StoreError(f"the journal {path} cannot be used: {detail}")
    kind, words = known
    return kind(f"the journal {path} cannot be used: {words} ({detail})")
