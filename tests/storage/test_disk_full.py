from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from types import SimpleNamespace

import pytest
import pytest_asyncio

from polyterm.engine.clock import SystemClock
from polyterm.engine.records import Batch
from polyterm.models.events import Noticed, StopState
from polyterm.storage import ballast, open_store
from polyterm.storage.ballast import BALLAST_BYTES
from polyterm.storage.database import Database, _in
from polyterm.storage.errors import DiskFullError
from tests.storage.journals import a_child, a_fill, a_parent


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "demo" / "journal.db"


@pytest_asyncio.fixture
async def store(path: Path) -> AsyncGenerator[Database]:
    async with open_store(path, SystemClock()) as database:
        await database.commit([Batch(parents=(a_parent(),))])
        await database.commit([Batch(new_child=a_child(1, 10))])
        yield database


async def _may_grow_to(store: Database, pages: int) -> None:
    connection = store._journal.connection
    await _in(store._thread, lambda: connection.execute(f"PRAGMA max_page_count = {pages}"))


def _much() -> Batch:
    return Batch(events=(Noticed(at_ms=1, seq=1, is_alarm=False, text="x" * 100_000),))


async def test_40_what_finds_no_room_is_refused_and_can_be_written_later(store: Database) -> None:
    await _may_grow_to(store, 1)
    with pytest.raises(DiskFullError, match="disk is full"):
        await store.commit([_much()])
    assert len((await store.load()).children) == 1
    await _may_grow_to(store, 100_000)
    assert await store.commit([_much()]) == [None]


async def test_40_the_reserve_lets_fills_and_stops_through_but_no_new_child(
    store: Database, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reserve = path.with_name("ballast")
    assert reserve.stat().st_size == BALLAST_BYTES
    drop, given_up = store._ballast.drop, []

    def drop_and_make_room() -> bool:
        given_up.append(drop())
        store._journal.connection.execute("PRAGMA max_page_count = 100000")
        return given_up[-1]

    monkeypatch.setattr(store._ballast, "drop", drop_and_make_room)
    monkeypatch.setattr(ballast.shutil, "disk_usage", lambda path: SimpleNamespace(free=0))
    await _may_grow_to(store, 1)
    fill = Batch(fills=(a_fill(a_child(1, 10), 5),), stop=StopState.STOPPING)
    written, refused, stopped = await store.commit([_much(), Batch(new_child=a_child(2, 5)), fill])
    assert (written, stopped, given_up) == (None, None, [True])
    assert isinstance(refused, DiskFullError)
    assert not reserve.exists()
    (refused,) = await store.commit([Batch(new_child=a_child(2, 5))])
    assert "nothing new is sent until there is room" in str(refused)
    saved = await store.load()
    assert (len(saved.children), len(saved.fills), saved.stop) == (1, 1, StopState.STOPPING)

    monkeypatch.setattr(ballast.shutil, "disk_usage", lambda path: SimpleNamespace(free=1 << 30))
    assert await store.commit([Batch(new_child=a_child(2, 5))]) == [None]
    assert reserve.stat().st_size == BALLAST_BYTES


async def test_39_what_was_committed_is_in_the_synced_files(store: Database, path: Path) -> None:
    # As a power cut leaves them: both files, and nothing of what only memory knew.
    await store.commit([Batch(new_child=a_child(2, 5))])
    cut = path.parent.parent / "after" / path.name
    cut.parent.mkdir()
    for suffix in ("", "-wal"):
        source = path.with_name(path.name + suffix)
        cut.with_name(cut.name + suffix).write_bytes(source.read_bytes())
    async with open_store(cut, SystemClock()) as again:
        assert [child.number for child in (await again.load()).children] == [1, 2]
