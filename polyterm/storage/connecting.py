"""Connections to journals, with the settings that make a commit durable."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

_SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 5000",
    "PRAGMA wal_autocheckpoint = 1000",
)


def make_private(path: Path) -> None:
    """Make the file, for its owner alone, before SQLite opens it: its log takes over the mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def connect(path: Path) -> sqlite3.Connection:
    """Open a file for writing; transactions are begun and ended by hand."""
    # Opened on one thread and then handed to the journal's own, never used by two at a time.
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        for setting in _SETTINGS:
            connection.execute(setting)
    except sqlite3.Error:
        connection.close()
        raise
    connection.row_factory = sqlite3.Row
    return connection


def look_into(path: Path) -> sqlite3.Connection:
    """Open a file that nobody writes, without leaving anything beside it."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    connection.row_factory = sqlite3.Row
    return connection


def scalar(connection: sqlite3.Connection, query: str) -> int:
    """The one number that a query gives."""
    return connection.execute(query).fetchone()[0]
