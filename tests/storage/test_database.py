from __future__ import annotations

import stat
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from polyterm.engine.clock import SystemClock
from polyterm.engine.records import Batch
from polyterm.engine.store import OverfillError, StoreError, TakenOverError
from polyterm.models.enums import ChildStatus, TradeStatus
from polyterm.models.events import Noticed, OrderAdjusted, StopState
from polyterm.models.ids import TradeId
from polyterm.models.money import UNIT
from polyterm.storage import open_store
from polyterm.storage.connecting import connect, scalar
from polyterm.storage.database import Database
from tests.storage.journals import ORDER, a_child, a_fill, a_parent


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "demo" / "journal.db"


@pytest_asyncio.fixture
async def store(path: Path) -> AsyncGenerator[Database]:
    async with open_store(path, SystemClock()) as database:
        await database.commit([Batch(parents=(a_parent(),))])
        yield database


async def test_what_was_committed_is_loaded_by_the_next_run(store: Database, path: Path) -> None:
    child, adjusted = a_child(1, 60), _adjustment()
    await store.commit([Batch(new_child=child, events=(adjusted,))])
    await store.commit(
        [Batch(fills=(a_fill(child, 10),), stop=StopState.STOPPING, watermark_ms=99)]
    )
    async with open_store(path, SystemClock()) as again:
        saved = await again.load()
    assert saved.parents == (a_parent(),)
    assert saved.children == (child,)
    assert saved.fills == (a_fill(child, 10),)
    assert saved.adjustments == (adjusted,)
    assert (saved.stop, saved.watermark_ms, saved.last_seq) == (StopState.STOPPING, 99, 1)


async def test_a_childs_signed_bytes_stay_as_they_were_written(store: Database) -> None:
    child = a_child(1, 60)
    await store.commit([Batch(new_child=child)])
    await store.commit([Batch(children=(replace(child, status=ChildStatus.LIVE, body=b""),))])
    (saved,) = (await store.load()).children
    assert (saved.status, saved.body) == (ChildStatus.LIVE, b"signed")


async def test_a_child_beyond_the_target_is_left_out_and_the_rest_of_the_group_stays(
    store: Database,
) -> None:
    results = await store.commit(
        [
            Batch(new_child=a_child(1, 60)),
            Batch(new_child=a_child(2, 60)),
            Batch(new_child=a_child(3, 40)),
        ]
    )
    assert [type(result) for result in results] == [type(None), OverfillError, type(None)]
    assert [child.number for child in (await store.load()).children] == [1, 3]


@pytest.mark.parametrize(
    ("status", "matched", "room"),
    [
        (ChildStatus.LIVE, 0, 40),
        (ChildStatus.UNKNOWN, 0, 40),
        (ChildStatus.CANCELLED, 20, 80),
        (ChildStatus.REJECTED, 0, 100),
        (ChildStatus.FILLED, 60, 40),
    ],
)
async def test_room_is_what_fills_and_possible_fills_leave(
    store: Database, status: ChildStatus, matched: int, room: int
) -> None:
    first = a_child(1, 60)
    await store.commit([Batch(new_child=first)])
    await store.commit([Batch(children=(replace(first, status=status, matched=matched * UNIT),))])
    (refused,) = await store.commit([Batch(new_child=a_child(2, room + 1))])
    assert isinstance(refused, OverfillError)
    assert await store.commit([Batch(new_child=a_child(3, room))]) == [None]


async def test_a_failed_trade_gives_its_room_back_and_a_trade_beyond_matched_takes_it(
    store: Database,
) -> None:
    first = a_child(1, 60)
    await store.commit([Batch(new_child=first)])
    dead = replace(first, status=ChildStatus.CANCELLED)
    fills = (
        a_fill(first, 30),
        a_fill(first, 10, trade_id=TradeId("t2"), status=TradeStatus.FAILED),
    )
    await store.commit([Batch(children=(dead,), fills=fills)])
    (refused,) = await store.commit([Batch(new_child=a_child(2, 71))])
    assert isinstance(refused, OverfillError)
    assert await store.commit([Batch(new_child=a_child(3, 70))]) == [None]


async def test_commits_are_synced_and_kept_in_a_log(store: Database, path: Path) -> None:
    connection = connect(path)
    assert scalar(connection, "PRAGMA synchronous") == 2
    connection.close()
    assert path.with_name("journal.db-wal").stat().st_size > 0


async def test_a_second_opening_locks_the_first_one_out(store: Database, path: Path) -> None:
    async with open_store(path, SystemClock()) as second:
        with pytest.raises(TakenOverError, match="another polyterm took over"):
            await store.commit([Batch(new_child=a_child(1, 10))])
        assert await second.commit([Batch(new_child=a_child(2, 10))]) == [None]
        assert [child.number for child in (await second.load()).children] == [2]


async def test_nobody_else_can_read_the_files(store: Database, path: Path) -> None:
    await store.commit([Batch(events=(Noticed(at_ms=1, seq=1, is_alarm=False, text=""),))])
    files = [file for file in path.parent.rglob("*") if file.is_file()]
    assert {"journal.db", "journal.db-wal", "ballast"} <= {file.name for file in files}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


async def test_a_group_that_cannot_be_written_leaves_nothing_behind(store: Database) -> None:
    orphan = a_fill(a_child(9, 1), 1)
    with pytest.raises(StoreError, match="cannot be used"):
        await store.commit([Batch(new_child=a_child(1, 10)), Batch(fills=(orphan,))])
    assert (await store.load()).children == ()
    assert await store.commit([Batch(new_child=a_child(2, 10))]) == [None]


async def test_events_are_read_back_in_order_after_a_number(store: Database) -> None:
    events = tuple(Noticed(at_ms=n, seq=n, is_alarm=False, text=str(n)) for n in range(1, 6))
    await store.commit([Batch(events=events)])
    assert await store.events_after(2, limit=2) == events[2:4]


def _adjustment() -> OrderAdjusted:
    return OrderAdjusted(
        at_ms=5,
        order_id=ORDER,
        seq=1,
        old_price=5000,
        new_price=5100,
        size=UNIT,
        number=1,
        reason="undercut",
    )
