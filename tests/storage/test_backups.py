from __future__ import annotations

import asyncio
import logging
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from polyterm.engine.clock import SystemClock
from polyterm.engine.records import Batch
from polyterm.models.events import StopState
from polyterm.storage import open_store
from polyterm.storage.backup_keeper import keeping_backups
from polyterm.storage.backups import KEPT, Backups, stamp
from polyterm.storage.opening import open_journal
from polyterm.storage.soundness import fault_of
from tests.storage.journals import StillClock, a_parent

NOW_MS = 1_795_184_510_123
HOUR_MS = 3_600_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "demo" / "journal.db"


@pytest.fixture
def backups(path: Path) -> Backups:
    """Of a journal that is not empty any more."""
    open_journal(path, Backups(path), NOW_MS).connection.close()
    return Backups(path)


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


async def test_a_clean_end_leaves_a_sound_backup_of_all_that_was_committed(path: Path) -> None:
    async with open_store(path, StillClock(NOW_MS)) as store:
        await store.commit([Batch(parents=(a_parent(),), stop=StopState.STOPPING)])
    (backup,) = Backups(path).newest_first()
    assert backup.name == "20261120T142150.123Z.db"
    assert [stat.S_IMODE(p.stat().st_mode) for p in (backup, backup.parent)] == [0o600, 0o700]
    assert [file.name for file in backup.parent.iterdir()] == [backup.name]
    async with open_store(backup, SystemClock()) as again:
        saved = await again.load()
    assert (saved.parents, saved.stop) == ((a_parent(),), StopState.STOPPING)


async def test_an_end_by_an_error_makes_none(path: Path) -> None:
    with pytest.raises(RuntimeError):
        async with open_store(path, SystemClock()):
            raise RuntimeError
    assert Backups(path).newest_first() == []


async def test_backups_are_made_while_the_journal_is_written(path: Path) -> None:
    clock = StillClock(NOW_MS)
    async with open_store(path, clock) as store, keeping_backups(Backups(path), clock, 0.01):
        for count in range(1, 4):
            clock.at_ms += HOUR_MS
            await store.commit([Batch(watermark_ms=count)])
            await _until(lambda count=count: len(Backups(path).newest_first()) == count)
    assert [fault_of(backup) for backup in Backups(path).newest_first()] == [""] * 3


def test_the_newest_ten_are_kept(backups: Backups) -> None:
    made = [backups.make(NOW_MS + hour * HOUR_MS) for hour in range(KEPT + 3)]
    assert backups.newest_first() == made[:2:-1]


def test_a_draft_that_a_crash_left_is_no_backup_and_in_nobodys_way(backups: Backups) -> None:
    backups.directory.mkdir()
    (backups.directory / "draft").write_bytes(b"half a copy")
    assert backups.newest_sound() is None
    assert backups.make(NOW_MS) == backups.newest_sound()


def test_names_sort_by_time() -> None:
    times = [NOW_MS, NOW_MS + 1, NOW_MS + 999, NOW_MS + 1_000, NOW_MS + 400 * 24 * HOUR_MS]
    assert sorted(map(stamp, times)) == list(map(stamp, times))


async def test_a_backup_that_cannot_be_made_is_told_and_ends_nothing(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_store(path, SystemClock()) as store:
        path.with_name("backups").write_text("in the way")
        assert await store.commit([Batch(watermark_ms=1)]) == [None]
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "backups" in caplog.text
