"""Opening a journal: see whose it is, that it is whole and newest, bring it up to date, own it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path

from polyterm.engine.records import Saved
from polyterm.storage import fence, schema
from polyterm.storage.backups import Backups
from polyterm.storage.connecting import connect, make_private
from polyterm.storage.errors import DamageError, in_words
from polyterm.storage.migration import migrate
from polyterm.storage.reading import read_saved
from polyterm.storage.restore import restore
from polyterm.storage.soundness import identify, verify


@dataclass(frozen=True, slots=True)
class OpenJournal:
    """A journal that is ready to be written."""

    connection: sqlite3.Connection
    path: Path
    token: int
    """Ours, as long as nobody opens it after us."""
    saved: Saved


def open_journal(path: Path, backups: Backups, now_ms: int) -> OpenJournal:
    """Open the journal at `path`, making it where there is none, restoring it where it is damaged.

    `StoreError` where it is not fit for trading, with what to do.
    """
    with in_words(path):
        make_private(path)
    try:
        return _open(path, backups, now_ms)
    except DamageError as damage:
        notice = restore(path, backups, damage, now_ms)
    journal = _open(path, backups, now_ms)
    return replace(journal, saved=replace(journal.saved, notice=notice))


def _open(path: Path, backups: Backups, now_ms: int) -> OpenJournal:
    with in_words(path):
        connection = connect(path)
        try:
            version = _checked(connection, path, backups)
            if 0 < version < schema.SCHEMA_VERSION:
                backups.make(now_ms)
            migrate(connection, version)
            token = fence.take(connection)
            return OpenJournal(connection, path, token, read_saved(connection, path))
        except BaseException:
            connection.close()
            raise


def _checked(connection: sqlite3.Connection, path: Path, backups: Backups) -> int:
    version = identify(connection, path)
    verify(connection, path)
    if backups.are_ahead_of(fence.token_of(connection)):
        raise DamageError(
            f"the journal {path} is older than its newest backup: a part of it was lost"
        )
    return version
