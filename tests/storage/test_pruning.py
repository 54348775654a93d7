from __future__ import annotations

import asyncio
import copy
import sqlite3
import tempfile
from collections.abc import AsyncGenerator
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import get_args

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from polyterm.engine.assembly import assembled
from polyterm.engine.projector import order_view
from polyterm.engine.records import (
    Batch,
    ChildRecord,
    FillRecord,
    Orders,
    ParentRecord,
    TokenTotals,
)
from polyterm.engine.store import PrunedError, StoreError, TakenOverError
from polyterm.models.enums import ChildStatus, OrderStatus, TradeStatus
from polyterm.models.events import Event, Noticed, OrderAdjusted
from polyterm.models.ids import ChildId, OrderId
from polyterm.models.money import UNIT
from polyterm.models.views import OrderView
from polyterm.storage import ballast, open_store, prune_keeper
from polyterm.storage.connecting import connect, scalar
from polyterm.storage.database import Database
from polyterm.storage.prune_keeper import keeping_bounded, prune
from polyterm.storage.pruning import DAY_MS, DECISIONS, FACTS, ORDERS_A_STEP, STEP, Keep, Pruning
from tests.storage.history import NOW_MS, Story, stories, write
from tests.storage.journals import ORDER, StillClock, a_child, a_fill, a_parent

CLOCK = StillClock(NOW_MS)
OLD_MS = NOW_MS - 100 * DAY_MS
KEEP = Keep(decisions_days=90)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest_asyncio.fixture
async def store(path: Path) -> AsyncGenerator[Database]:
    """A journal with one order that ended long ago."""
    async with open_store(path, CLOCK) as database:
        await database.commit([Batch(parents=(_parent(),))])
        yield database


def _parent(**changes: object) -> ParentRecord:
    return a_parent(**{"status": OrderStatus.COMPLETED, "ended_ms": OLD_MS, **changes})


def _moves(count: int, first: int = 1, at_ms: int = OLD_MS) -> tuple[Event, ...]:
    return tuple(
        OrderAdjusted(
            at_ms=at_ms,
            order_id=ORDER,
            seq=seq,
            old_price=5_000,
            new_price=5_100,
            size=UNIT,
            number=seq,
            reason="undercut, and so it moved",
        )
        for seq in range(first, first + count)
    )


async def _prune(store: Database, keep: Keep = KEEP) -> None:
    await prune(store.prune, Pruning(keep, NOW_MS), pause_s=0)


async def _left(store: Database) -> tuple[Event, ...]:
    return await store.events_after(await store.kept_after())


def _views(orders: Orders) -> list[OrderView]:
    """Every order as the engine adds it up."""
    return [order_view(parent) for parent in assembled(copy.deepcopy(orders))]


def test_every_kind_of_fact_has_a_term() -> None:
    assert sorted(DECISIONS + FACTS) == sorted(kind.__name__ for kind in get_args(Event))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    history=stories(),
    keep=st.builds(
        Keep,
        decisions_days=st.integers(0, 9),
        facts_days=st.integers(0, 9),
        orders_days=st.integers(0, 9),
    ),
)
def test_what_goes_is_old_and_of_orders_at_rest_and_all_else_is_there_after_a_restart(
    history: list[Story], keep: Keep
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(_prune_and_compare(Path(directory) / "journal.db", history, keep))


async def _prune_and_compare(path: Path, history: list[Story], keep: Keep) -> None:
    async with open_store(path, CLOCK) as store:
        told = await write(store, history)
        before = await store.load()
        rests = {story.parent.order_id: story.last_ms() for story in history}
        gone = {story.parent.order_id for story in history if _is_gone(story, keep)}
        stay = [story.parent.order_id for story in history if story.parent.order_id not in gone]
        were = await store.find_orders(order_ids=stay)
        await _prune(store, keep)
    connection = connect(path)
    left = {row[0] for row in connection.execute("SELECT seq FROM events")}
    assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert connection.execute("PRAGMA foreign_key_check").fetchone() is None
    connection.close()
    assert left == {event.seq for event in told if not _may_go(event, rests, gone, keep)}
    async with open_store(path, CLOCK) as again:
        after = await again.load()
        assert await again.kept_after() == max({e.seq for e in told} - left, default=0)
        assert await again.find_orders(order_ids=sorted(gone)) == Orders()
        orders = await again.find_orders(order_ids=stay)
    assert _views(orders) == _views(were)
    assert (orders.parents, orders.fills) == (were.parents, were.fills)
    assert (after.parents, after.fills) == (before.parents, before.fills)
    assert (after.last_seq, after.stop) == (before.last_seq, before.stop)
    for was, child in zip(were.children, orders.children, strict=True):
        end_ms = rests[child.order_id]
        is_bare = _is_before(end_ms, keep.decisions_days)
        assert child == (replace(was, body=b"") if is_bare else was)


def _is_gone(story: Story, keep: Keep) -> bool:
    has_left = _is_before(story.parent.left_ms, keep.orders_days)
    return has_left and _is_before(story.last_ms(), keep.orders_days)


def _may_go(event: Event, rests: dict[OrderId, int | None], gone: set[OrderId], keep: Keep) -> bool:
    if event.order_id in gone:
        return True
    is_decision = type(event).__name__ in DECISIONS
    days = keep.decisions_days if is_decision else keep.facts_days
    is_at_rest = event.order_id is None or _is_before(rests[event.order_id], days)
    return is_at_rest and _is_before(event.at_ms, days)


def _is_before(at_ms: int | None, days: int) -> bool:
    return bool(days) and at_ms is not None and at_ms < NOW_MS - days * DAY_MS


async def test_a_child_that_died_within_the_day_keeps_its_order_whole(store: Database) -> None:
    died_ms = NOW_MS - DAY_MS
    child = a_child(1, 10, status=ChildStatus.NEVER_LANDED, ended_ms=died_ms)
    await store.commit([Batch(new_child=child, events=_moves(3))])
    await _prune(store, Keep(1, 1))
    assert len(await _left(store)) == 3
    await store.commit([Batch(children=(replace(child, ended_ms=died_ms - 1),))])
    await _prune(store, Keep(1, 1))
    assert await _left(store) == ()


_DEAD = a_child(1, 10, status=ChildStatus.CANCELLED, ended_ms=OLD_MS)
_OPEN = replace(_DEAD, status=ChildStatus.LIVE)
_MATCHED = replace(_DEAD, matched=5 * UNIT)
_FILL = a_fill(_MATCHED, 5, status=TradeStatus.CONFIRMED, settled_ms=OLD_MS)


@pytest.mark.parametrize(
    ("parent", "child", "fill", "is_kept"),
    [
        (_parent(), _DEAD, None, False),
        (_parent(), _MATCHED, _FILL, False),
        (_parent(status=OrderStatus.PAUSED), _DEAD, None, True),
        (_parent(ended_ms=NOW_MS), _DEAD, None, True),
        (_parent(ended_ms=None), _DEAD, None, True),
        (_parent(), _OPEN, None, True),
        (_parent(), replace(_DEAD, ended_ms=NOW_MS), None, True),
        (_parent(), _MATCHED, None, True),
        (_parent(), _MATCHED, replace(_FILL, status=TradeStatus.MINED), True),
        (_parent(), _MATCHED, replace(_FILL, settled_ms=NOW_MS), True),
    ],
)
async def test_whatever_may_still_move_keeps_its_order_whole(
    store: Database,
    parent: ParentRecord,
    child: ChildRecord,
    fill: FillRecord | None,
    is_kept: bool,
) -> None:
    await store.commit([Batch(parents=(parent,)), Batch(new_child=child, events=_moves(3))])
    await store.commit([Batch(fills=(fill,) if fill else ())])
    await _prune(store)
    assert len(await _left(store)) == (3 if is_kept else 0)
    (kept,) = (await store.load()).children
    assert kept.body == (child.body if is_kept else b"")


async def test_a_commit_waits_for_one_small_step_at_most(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.commit([Batch(events=_moves(20 * STEP))])
    done: list[str] = []
    changed: list[int] = []

    class Watched(Pruning):
        def step(self, connection: sqlite3.Connection) -> bool:
            before = connection.total_changes
            is_left = super().step(connection)
            changed.append(connection.total_changes - before)
            done.append("step")
            return is_left

    write_batches = store._commit

    def commit(batches: list[Batch]) -> list[StoreError | None]:
        done.append("commit")
        return write_batches(batches)

    monkeypatch.setattr(store, "_commit", commit)
    pruning = asyncio.create_task(prune(store.prune, Watched(KEEP, NOW_MS), pause_s=0))
    waits: list[int] = []
    for seq in count(100_000):
        if pruning.done():
            break
        came = len(done)
        notice = Noticed(at_ms=NOW_MS, seq=seq, is_alarm=False, text="")
        await store.commit([Batch(events=(notice,))])
        waits.append(done.index("commit", came) - came)
    await pruning
    assert await store.kept_after() == 20 * STEP
    assert len(waits) > 10
    assert max(waits) <= 1
    # Every fact that goes, and the two marks.
    assert max(changed) <= STEP + 2


async def test_an_order_goes_whole_and_what_it_added_up_to_stays(
    store: Database, path: Path
) -> None:
    child = a_child(1, 10, status=ChildStatus.FILLED, ended_ms=OLD_MS)
    fill = a_fill(child, 10, status=TradeStatus.CONFIRMED, settled_ms=OLD_MS)
    totals = TokenTotals(token_id=fill.token_id, slug="rain", outcome="Yes", bought=10 * UNIT)
    await store.commit([Batch(new_child=child, events=_moves(3))])
    await store.commit([Batch(fills=(fill,), totals=(totals,))])
    await _prune(store, Keep(orders_days=90))
    assert (await store.load()).parents == (_parent(),)
    await store.commit([Batch(parents=(_parent(left_ms=OLD_MS),))])
    await _prune(store, Keep(orders_days=90))
    assert await store.find_orders(order_ids=[ORDER]) == Orders()
    assert await _left(store) == ()
    async with open_store(path, CLOCK) as again:
        saved = await again.load()
    assert (saved.totals, saved.last_seq) == ((totals,), 3)


async def test_many_orders_go_a_few_at_a_time(store: Database, path: Path) -> None:
    for number in range(3 * ORDERS_A_STEP + 1):
        parent = _parent(order_id=OrderId(f"{number:04}"), left_ms=OLD_MS if number % 4 else None)
        await store.commit([Batch(parents=(parent,))])
    pruning, steps = Pruning(Keep(orders_days=90), NOW_MS), 1
    with closing(connect(path)) as connection:
        before = scalar(connection, "SELECT COUNT(*) FROM parents")
        while await store.prune(pruning):
            steps += 1
            after = scalar(connection, "SELECT COUNT(*) FROM parents")
            assert before - after <= ORDERS_A_STEP
            before = after
        assert scalar(connection, "SELECT COUNT(*) FROM parents WHERE left_ms NOT NULL") == 0
    assert before == 4
    assert steps <= 6


async def test_what_is_written_next_takes_the_room(store: Database, path: Path) -> None:
    await store.commit([Batch(events=_moves(3_000))])
    connection = connect(path)
    pages = scalar(connection, "PRAGMA page_count")
    await _prune(store)
    free = scalar(connection, "PRAGMA freelist_count")
    assert free > pages // 2
    await store.commit([Batch(events=_moves(3_000, first=3_001))])
    assert scalar(connection, "PRAGMA page_count") <= pages + pages // 20
    connection.close()


async def test_the_room_of_signed_bytes_comes_back_whole(store: Database, path: Path) -> None:
    signed = [
        a_child(number, 1, status=ChildStatus.CANCELLED, ended_ms=OLD_MS, body=b"x" * 900)
        for number in range(100)
    ]
    for first in range(0, 1_000, 100):
        parent = _parent(order_id=OrderId(f"order {first}"))
        children = [
            replace(child, order_id=parent.order_id, child_id=ChildId(f"0x{first + child.number}"))
            for child in signed
        ]
        await store.commit([Batch(parents=(parent,)), *(Batch(new_child=c) for c in children)])
    connection = connect(path)
    pages = scalar(connection, "PRAGMA page_count")
    await _prune(store)
    assert scalar(connection, "PRAGMA freelist_count") > pages // 2
    connection.close()


async def test_who_asks_for_facts_that_are_gone_is_told_where_to_go_on(store: Database) -> None:
    new = Noticed(at_ms=NOW_MS, seq=6, is_alarm=False, text="new")
    await store.commit([Batch(events=(*_moves(5), new))])
    assert await store.kept_after() == 0
    await _prune(store)
    with pytest.raises(PrunedError, match="go on after 5") as gone:
        await store.events_after(4)
    assert await store.events_after(gone.value.kept_after) == (new,)


async def test_no_number_is_given_twice_though_every_fact_is_gone(
    store: Database, path: Path
) -> None:
    await store.commit([Batch(events=_moves(5))])
    await _prune(store)
    async with open_store(path, CLOCK) as again:
        assert (await again.load()).last_seq == 5


async def test_a_child_whose_bytes_went_still_takes_a_late_fill(store: Database) -> None:
    child = a_child(1, 10, status=ChildStatus.CANCELLED, ended_ms=OLD_MS)
    await store.commit([Batch(new_child=child)])
    await _prune(store)
    await store.commit([Batch(fills=(a_fill(child, 1),))])
    saved = await store.load()
    assert (saved.children, saved.fills) == ((replace(child, body=b""),), (a_fill(child, 1),))


async def test_on_a_full_disk_nothing_is_pruned(
    store: Database, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.commit([Batch(events=_moves(5))])
    assert store._ballast.drop()
    monkeypatch.setattr(ballast, "_WORTH_IT", 1e12)
    await _prune(store)
    assert len(await _left(store)) == 5


async def test_who_was_taken_over_prunes_nothing(store: Database, path: Path) -> None:
    await store.commit([Batch(events=_moves(5))])
    async with open_store(path, CLOCK) as second:
        with pytest.raises(TakenOverError):
            await _prune(store)
        assert len(await _left(second)) == 5


async def test_the_journal_is_pruned_by_itself_while_it_is_open(
    store: Database, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.commit([Batch(events=_moves(5))])
    monkeypatch.setattr(prune_keeper, "FIRST_S", 0)
    async with open_store(path, CLOCK, KEEP) as again:
        while not await again.kept_after():
            await asyncio.sleep(0.01)


async def test_a_journal_that_cannot_be_pruned_is_tried_again(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[Pruning] = []

    async def fails_once(pruning: Pruning) -> bool:
        tries.append(pruning)
        if len(tries) == 1:
            raise StoreError("the disk reports an error")
        return False

    monkeypatch.setattr(prune_keeper, "FIRST_S", 0)
    monkeypatch.setattr(prune_keeper, "EVERY_S", 0.01)
    async with keeping_bounded(fails_once, KEEP, CLOCK):
        while len(tries) < 2:
            await asyncio.sleep(0.01)
