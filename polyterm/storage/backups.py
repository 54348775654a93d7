"""Copies of the journal: made while it is written, checked, and few enough to keep."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from polyterm.storage.connecting import connect, look_into, make_private
from polyterm.storage.errors import StoreError, in_words
from polyterm.storage.fence import token_of
from polyterm.storage.soundness import fault_of

KEPT = 10


class Backups:
    """The backups of one journal, beside it in a folder of their own."""

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self.directory = journal.with_name("backups")

    def make(self, now_ms: int) -> Path:
        """Copy the journal as it stands; the copy counts only once it was read and found sound."""
        draft = self.directory / "draft"
        with in_words(self.directory):
            self.directory.mkdir(mode=0o700, exist_ok=True)
            draft.unlink(missing_ok=True)
            make_private(draft)
            _copy(self._journal, draft)
        fault = fault_of(draft)
        if fault:
            raise StoreError(f"no backup was made: {fault}")
        made = self.directory / f"{stamp(now_ms)}.db"
        with in_words(self.directory):
            put_in_place(draft, made)
            for old in self.newest_first()[KEPT:]:
                old.unlink()
        return made

    def newest_first(self) -> list[Path]:
        """Every backup; the names sort by time."""
        return sorted(self.directory.glob("*.db"), reverse=True)

    def newest_sound(self) -> Path | None:
        """The newest one that can be relied on."""
        return next((backup for backup in self.newest_first() if not fault_of(backup)), None)

    def are_ahead_of(self, token: int) -> bool:
        """Whether the newest one knows an opening that the journal of that token does not."""
        newest = next(iter(self.newest_first()), None)
        return newest is not None and _token_in(newest) > token and not fault_of(newest)


def stamp(now_ms: int) -> str:
    """A time of the world in a file name: `20261120T142150.123Z`."""
    at = datetime.fromtimestamp(now_ms / 1000, UTC)
    return f"{at:%Y%m%dT%H%M%S}.{now_ms % 1000:03d}Z"


def put_in_place(draft: Path, target: Path) -> None:
    """Give a finished file its name, durably."""
    draft.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _copy(journal: Path, draft: Path) -> None:
    with closing(connect(journal)) as source, closing(sqlite3.connect(draft)) as target:
        source.backup(target)
        # One file, with no log beside it that could be lost or left behind.
        target.execute("PRAGMA journal_mode = DELETE")


def _token_in(backup: Path) -> int:
    try:
        with closing(look_into(backup)) as connection:
            return token_of(connection)
    except sqlite3.Error:
        return 0
