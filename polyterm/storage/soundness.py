"""Whether a file is a journal that this polyterm can read, and whether it is whole."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from polyterm.storage import schema
from polyterm.storage.connecting import look_into, scalar
from polyterm.storage.errors import DamageError, StoreError, as_written, in_words
from polyterm.storage.rows import CHILDREN, FILLS, PARENTS, TOTALS


def identify(connection: sqlite3.Connection, path: Path) -> int:
    """The schema version, 0 for an empty file; `StoreError` where it is not ours to open."""
    if scalar(connection, "SELECT COUNT(*) FROM sqlite_master") == 0:
        return 0
    if scalar(connection, "PRAGMA application_id") != schema.APPLICATION_ID:
        raise StoreError(f"{path} is a database of another program")
    version = scalar(connection, "PRAGMA user_version")
    if version > schema.SCHEMA_VERSION:
        raise StoreError(
            f"{path} was written by a newer polyterm (schema {version}, this one knows "
            f"{schema.SCHEMA_VERSION}): use that one"
        )
    return version


def verify(connection: sqlite3.Connection, path: Path) -> None:
    """Read the structure of every page; `DamageError` where one is not as it must be."""
    verdict = connection.execute("PRAGMA quick_check").fetchone()[0]
    if verdict != "ok":
        raise DamageError(f"the journal {path} is damaged: {verdict}")
    if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise DamageError(f"the journal {path} is damaged: rows point to rows that are missing")


def fault_of(path: Path) -> str:
    """Why a file that nobody writes is no sound journal, in words; empty where it is one."""
    try:
        with in_words(path):
            connection = look_into(path)
            try:
                version = identify(connection, path)
                verify(connection, path)
                _read_every_row(connection, path)
            finally:
                connection.close()
    except StoreError as error:
        return str(error)
    return "" if version else f"{path} is empty"


def _read_every_row(connection: sqlite3.Connection, path: Path) -> None:
    """One row at a time, of whatever version; `DamageError` where one is not as it was written."""
    known = {row["name"] for row in connection.execute("SELECT name FROM sqlite_master")}
    with as_written(path):
        for table in (PARENTS, CHILDREN, FILLS, TOTALS):
            if table.name in known:
                for row in connection.execute(f"SELECT * FROM {table.name}"):  # noqa: S608
                    table.read(row)
