from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from polyterm.engine.records import TokenTotals
from polyterm.engine.store import StoreError
from polyterm.models.ids import TokenId
from polyterm.models.money import notional
from polyterm.storage import schema
from polyterm.storage.backups import Backups
from polyterm.storage.connecting import connect, scalar
from polyterm.storage.migration import migrate
from polyterm.storage.opening import open_journal
from polyterm.storage.transaction import transaction
from tests.storage.journals import ORDER, a_child, a_parent

NOW_MS = 1_795_184_510_123
MADE_UP = (*schema.STEPS, ("ALTER TABLE fills ADD COLUMN venue TEXT NOT NULL DEFAULT ''",))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "demo" / "journal.db"


def _open_and_close(path: Path, now_ms: int = NOW_MS) -> None:
    open_journal(path, Backups(path), now_ms).connection.close()


def test_41_a_foreign_database_is_refused_and_left_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    with pytest.raises(StoreError, match="another program"):
        _open_and_close(path)
    with closing(sqlite3.connect(path)) as other:
        assert scalar(other, "SELECT COUNT(*) FROM recipes") == 0


def test_41_a_newer_schema_is_refused(path: Path) -> None:
    _open_and_close(path)
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer polyterm"):
        _open_and_close(path)


def test_a_directory_of_somebody_else_is_refused_in_words(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(StoreError, match="directory"):
        _open_and_close(path)


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.EROFS, "read-only"), (errno.ENOSPC, "disk is full"), (errno.EACCES, "somebody else")],
)
def test_41_what_the_system_refuses_is_said_in_words(
    path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(StoreError, match=words):
        _open_and_close(path)


_PARENT_OF_VERSION_1 = """
    INSERT INTO parents VALUES
        (?, ?, '0xab', 'rain', 'Rain?', 'Yes', 100, 'QUEUED', '', 100000000, 1, NULL, NULL, 5012.5,
            0, NULL, 7, '')
"""
_FILL_OF_VERSION_1 = """
    INSERT INTO fills VALUES (?, '0x1', ?, '1', ?, ?, ?, ?, 1, ?, 3, NULL)
"""
_CHILD_OF_VERSION_1 = """
    INSERT INTO children VALUES
        ('0x1', ?, 1, 'WRITTEN', '1', 'BUY', 5000, 60000000, 0, 'GTC', 1, 2, NULL, '', ?)
"""


def test_an_older_journal_is_brought_up_to_date_after_a_backup(path: Path) -> None:
    path.parent.mkdir(parents=True)
    with closing(connect(path)) as older:
        migrate(older, 0, schema.STEPS[:1])
        with transaction(older):
            older.execute(_PARENT_OF_VERSION_1, (ORDER, a_parent().request.model_dump_json()))
            older.execute(_CHILD_OF_VERSION_1, (ORDER, a_child(1, 60).body))
            older.executemany(
                _FILL_OF_VERSION_1,
                [
                    ("t1", ORDER, "BUY", 5_555, 10_000_001, 7, "CONFIRMED"),
                    ("t2", ORDER, "BUY", 5_000, 20_000_000, 8, "MATCHED"),
                    ("t3", ORDER, "BUY", 5_000, 30_000_000, 9, "FAILED"),
                    ("t4", ORDER, "SELL", 6_000, 5_000_000, 3, "MINED"),
                ],
            )
    journal = open_journal(path, Backups(path), NOW_MS)
    with closing(journal.connection):
        assert scalar(journal.connection, "PRAGMA user_version") == schema.SCHEMA_VERSION
        assert journal.saved.parents == (a_parent(),)
        assert journal.saved.children == (a_child(1, 60),)
        assert len(journal.saved.fills) == 4
        assert journal.saved.totals == (
            TokenTotals(
                token_id=TokenId("1"),
                slug="rain",
                outcome="Yes",
                bought=30_000_001,
                paid=notional(5_555, 10_000_001) + 10_000_000,
                buy_fees=15,
                sold=5_000_000,
                earned=3_000_000,
                sell_fees=3,
            ),
        )
    (backup,) = Backups(path).newest_first()
    with closing(sqlite3.connect(backup)) as before:
        assert scalar(before, "PRAGMA user_version") == 1


def test_steps_hold_together_or_not_at_all(path: Path) -> None:
    _open_and_close(path)
    broken = (*MADE_UP, ("ALTER TABLE missing ADD COLUMN x TEXT",))
    with closing(connect(path)) as connection:
        with pytest.raises(sqlite3.OperationalError, match="missing"):
            migrate(connection, schema.SCHEMA_VERSION, broken)
        assert scalar(connection, "PRAGMA user_version") == schema.SCHEMA_VERSION
        assert "venue" not in _columns(connection)
        migrate(connection, schema.SCHEMA_VERSION, MADE_UP)
        assert scalar(connection, "PRAGMA user_version") == len(MADE_UP)
        assert "venue" in _columns(connection)


def _columns(connection: sqlite3.Connection) -> list[str]:
    return [row["name"] for row in connection.execute("PRAGMA table_info(fills)")]
