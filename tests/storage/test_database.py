from __future__ import annotations

import sqlite3
import stat
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from polyterm.engine.records import (
    Batch,
    ChildRecord,
    FillRecord,
    OverfillError,
    ParentRecord,
    StoreError,
)
from polyterm.models.enums import ChildStatus, OrderStatus, OrderType, Side, TradeStatus
from polyterm.models.events import Noticed, OrderAdjusted, StopState
from polyterm.models.ids import ChildId, ConditionId, OrderId, TokenId, TradeId
from polyterm.models.money import UNIT
from polyterm.storage import open_store
from polyterm.storage.database import Database
from tests.engine.desk import micro

ORDER = OrderId("0001")


def a_parent(**changes: object) -> ParentRecord:
    record = ParentRecord(
        order_id=ORDER,
        request=micro(),
        condition_id=ConditionId("0xab"),
        slug="rain",
        question="Rain?",
        outcome="Yes",
        tick=100,
        status=OrderStatus.QUEUED,
        reason="",
        target=100 * UNIT,
        created_ms=1,
        arrival=5012.5,
        seed=7,
    )
    return replace(record, **changes)  # type: ignore[arg-type]


def a_child(number: int, size: int, **changes: object) -> ChildRecord:
    record = ChildRecord(
        child_id=ChildId(f"0x{number}"),
        order_id=ORDER,
        number=number,
        status=ChildStatus.WRITTEN,
        token_id=TokenId("1"),
        side=Side.BUY,
        price=5000,
        size=size * UNIT,
        order_type=OrderType.GTC,
        post_only=True,
        created_ms=2,
        body=b"signed",
    )
    return replace(record, **changes)  # type: ignore[arg-type]


def a_fill(child: ChildRecord, size: int, **changes: object) -> FillRecord:
    record = FillRecord(
        trade_id=TradeId("t1"),
        child_id=child.child_id,
        order_id=ORDER,
        token_id=child.token_id,
        side=child.side,
        price=child.price,
        size=size * UNIT,
        fee=0,
        is_maker=True,
        status=TradeStatus.MATCHED,
        at_ms=3,
    )
    return replace(record, **changes)  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "demo" / "journal.db"


@pytest_asyncio.fixture
async def store(path: Path) -> AsyncGenerator[Database]:
    async with open_store(path) as database:
        await database.commit([Batch(parents=(a_parent(),))])
        yield database


async def test_what_was_committed_is_loaded_by_the_next_run(store: Database, path: Path) -> None:
    child, adjusted = a_child(1, 60), _adjustment()
    await store.commit([Batch(new_child=child, events=(adjusted,))])
    await store.commit(
        [Batch(fills=(a_fill(child, 10),), stop=StopState.STOPPING, watermark_ms=99)]
    )
    async with open_store(path) as again:
        saved = await again.load()
    assert saved.parents == (a_parent(),)
    assert saved.children == (child,)
    assert saved.fills == (a_fill(child, 10),)
    assert saved.adjustments == (adjusted,)
    assert (saved.stop, saved.watermark_ms, saved.last_seq) == (StopState.STOPPING, 99, 1)


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
    assert await store._scalar("PRAGMA synchronous") == 2
    assert (path.parent / "journal.db-wal").exists()


async def test_nobody_else_can_read_the_files(store: Database, path: Path) -> None:
    await store.commit([Batch(events=(Noticed(at_ms=1, seq=1, is_alarm=False, text=""),))])
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_a_foreign_database_is_refused(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    other.close()
    with pytest.raises(StoreError, match="another program"):
        async with open_store(path):
            pass


async def test_a_newer_schema_is_refused(store: Database, path: Path) -> None:
    await store._db.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer polyterm"):
        async with open_store(path):
            pass


async def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreError, match="cannot be used"):
        async with open_store(path):
            pass


async def test_a_group_that_cannot_be_written_leaves_nothing_behind(store: Database) -> None:
    orphan = a_fill(a_child(9, 1), 1)
    with pytest.raises(StoreError, match="cannot be written"):
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
