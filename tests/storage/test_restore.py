from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from polyterm.engine.clock import SystemClock
from polyterm.engine.records import Batch, Saved
from polyterm.engine.store import StoreError
from polyterm.models.enums import OrderStatus
from polyterm.models.ids import OrderId
from polyterm.storage import open_store
from polyterm.storage.backups import Backups
from polyterm.storage.connecting import connect
from polyterm.storage.opening import open_journal
from polyterm.storage.transaction import transaction
from polyterm.storage.writing import write
from tests.storage.journals import a_child, a_parent

NOW_MS = 1_795_184_510_123
OLD, NEW, DONE = OrderId("old"), OrderId("new"), OrderId("done")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal with one order at work and one ended, backed up, and an order since."""
    path = tmp_path / "demo" / "journal.db"
    ended = a_parent(order_id=DONE, status=OrderStatus.COMPLETED)
    _write(path, Batch(parents=(a_parent(order_id=OLD), ended)))
    Backups(path).make(NOW_MS)
    _write(path, Batch(parents=(a_parent(order_id=NEW),)))
    return path


def _write(path: Path, batch: Batch) -> None:
    journal = open_journal(path, Backups(path), NOW_MS)
    with closing(journal.connection) as connection, transaction(connection):
        assert write(connection, batch) is None


def _overwrite(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


def _open(path: Path) -> Saved:
    journal = open_journal(path, Backups(path), NOW_MS + 60_000)
    journal.connection.close()
    return journal.saved


def _is_restored(saved: Saved) -> bool:
    statuses = {parent.order_id: parent.status for parent in saved.parents}
    return statuses == {OLD: OrderStatus.PAUSED, DONE: OrderStatus.COMPLETED}


DAMAGES = {
    "a page overwritten": lambda path: _overwrite(path, 4096, b"\xff" * 64),
    "the header overwritten": lambda path: _overwrite(path, 0, b"not a database"),
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:5000]),
    "emptied": lambda path: path.write_bytes(b""),
    "deleted": Path.unlink,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_41_a_damaged_journal_is_kept_and_the_backup_restored_on_hold(
    path: Path, damage: str
) -> None:
    DAMAGES[damage](path)
    damaged = path.read_bytes() if path.exists() else b""
    saved = _open(path)
    assert _is_restored(saved)
    assert "20261120T142150.123Z" in saved.notice
    (kept,) = (f for f in path.parent.glob("journal.db.damaged-*") if not f.name.endswith("-wal"))
    assert kept.name in saved.notice
    assert kept.read_bytes()[: len(damaged)] == damaged
    assert _open(path).notice == ""


def test_41_rows_that_make_no_sense_are_damage_too(path: Path) -> None:
    with closing(connect(path)) as connection:
        connection.execute("UPDATE parents SET request = '{}'")
    assert _is_restored(_open(path))


def test_41_rows_that_point_nowhere_are_damage_too(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM parents WHERE order_id = ?", (OLD,))
        connection.execute("UPDATE parents SET order_id = 'x' WHERE order_id = ?", (NEW,))
        connection.commit()
    _write(path, Batch(parents=(a_parent(order_id=OLD),)))
    with closing(connect(path)) as connection, transaction(connection):
        write(connection, Batch(children=(a_child(1, 10, order_id=OLD),)))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM parents WHERE order_id = ?", (OLD,))
        connection.commit()
    assert _is_restored(_open(path))


def test_41_bytes_flipped_at_random_are_found_or_do_no_harm(path: Path) -> None:
    whole, random = path.read_bytes(), Random(41)
    restored = 0
    for _ in range(120):
        path.write_bytes(whole)
        page = random.randrange(len(whole) // 4096)
        _overwrite(path, page * 4096 + random.randrange(4000), random.randbytes(64))
        try:
            saved = _open(path)
        except StoreError:
            # The first page also says whose file it is and of which version.
            assert page == 0
            continue
        ids = {parent.order_id for parent in saved.parents}
        assert _is_restored(saved) if saved.notice else ids == {OLD, NEW, DONE}
        restored += bool(saved.notice)
    assert restored > 5


def test_41_a_lost_log_is_seen_by_the_backup_that_knows_more(path: Path) -> None:
    journal = open_journal(path, Backups(path), NOW_MS)
    Backups(path).make(NOW_MS + 1)
    without_log = path.read_bytes()
    journal.connection.close()
    path.write_bytes(without_log)
    saved = _open(path)
    assert "older than its newest backup" in saved.notice
    assert {parent.order_id for parent in saved.parents} == {OLD, NEW, DONE}


def test_an_unsound_backup_is_passed_over(path: Path) -> None:
    newer = Backups(path).make(NOW_MS + 1)
    _overwrite(newer, 4096, b"\xff" * 64)
    DAMAGES["cut off"](path)
    assert _is_restored(_open(path))


async def test_without_a_sound_backup_nothing_is_touched_and_the_words_say_what_to_do(
    path: Path,
) -> None:
    for backup in Backups(path).newest_first():
        backup.unlink()
    DAMAGES["cut off"](path)
    damaged = path.read_bytes()
    with pytest.raises(StoreError, match=r"move the file away.*emergency-stop"):
        async with open_store(path, SystemClock()):
            pass
    assert path.read_bytes() == damaged


def test_a_restoring_that_a_crash_cut_short_is_done_again(path: Path) -> None:
    path.with_name("journal.db.restoring").write_bytes(b"half a copy")
    path.rename(path.with_name("journal.db.damaged-before"))
    assert _is_restored(_open(path))
