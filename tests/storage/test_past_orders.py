from __future__ import annotations

import sqlite3
from collections.abc import AsyncGenerator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from polyterm.engine.clock import SystemClock
from polyterm.engine.order_facts import changed
from polyterm.engine.parent import Child
from polyterm.engine.records import Batch, Orders, TokenTotals
from polyterm.engine.store import TakenOverError
from polyterm.models.enums import ChildStatus, OrderStatus
from polyterm.models.events import OrderAdjusted
from polyterm.models.ids import ChildId, OrderId, TokenId
from polyterm.models.money import UNIT
from polyterm.storage import open_store
from polyterm.storage.database import Database
from polyterm.storage.errors import DamageError
from polyterm.storage.past_orders import BY_KEY, FACTS, PAST
from tests.engine.desk import micro
from tests.storage.journals import a_child, a_fill, a_parent

TOTALS = TokenTotals(token_id=TokenId("1"), slug="rain", outcome="Yes", bought=UNIT, paid=UNIT // 2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "demo" / "journal.db"


@pytest_asyncio.fixture
async def store(path: Path) -> AsyncGenerator[Database]:
    """Five orders with a child each; the odd ones have left."""
    async with open_store(path, SystemClock()) as database:
        for number in range(1, 6):
            await database.commit([Batch(parents=(_parent(number),))])
            await database.commit([Batch(new_child=_child(number), events=(_adjusted(number),))])
            await database.commit([Batch(fills=(_fill(number),), totals=(TOTALS,))])
        yield database


def _parent(number: int):
    return a_parent(
        order_id=OrderId(f"{number:04}"),
        status=OrderStatus.COMPLETED,
        created_ms=number,
        left_ms=9 if number % 2 else None,
        request=micro(client_key=f"key-{number}"),
    )


def _child(number: int):
    return a_child(number, 10, order_id=OrderId(f"{number:04}"))


def _fill(number: int):
    return a_fill(_child(number), 10, order_id=OrderId(f"{number:04}"))


def _adjusted(number: int) -> OrderAdjusted:
    return OrderAdjusted(
        at_ms=number,
        seq=number,
        order_id=OrderId(f"{number:04}"),
        old_price=5_000,
        new_price=5_100,
        size=UNIT,
        number=1,
        reason="undercut",
    )


def _whole(*numbers: int) -> Orders:
    return Orders(
        parents=tuple(map(_parent, numbers)),
        children=tuple(map(_child, numbers)),
        fills=tuple(map(_fill, numbers)),
        adjustments=tuple(map(_adjusted, numbers)),
    )


async def test_the_next_run_goes_on_from_what_has_not_left(store: Database, path: Path) -> None:
    async with open_store(path, SystemClock()) as again:
        saved = await again.load()
    assert saved.parents == (_parent(2), _parent(4))
    assert saved.children == (_child(2), _child(4))
    assert saved.fills == (_fill(2), _fill(4))
    assert saved.adjustments == (_adjusted(2), _adjusted(4))
    assert saved.totals == (TOTALS,)


async def test_orders_are_found_by_id_child_and_key_whether_they_left_or_not(
    store: Database,
) -> None:
    assert await store.find_orders(order_ids=[OrderId("0003"), OrderId("none")]) == _whole(3)
    assert await store.find_orders(child_ids=[ChildId("0x2"), ChildId("none")]) == _whole(2)
    assert await store.find_orders(client_key="key-5") == _whole(5)
    assert await store.find_orders(client_key="key-9") == Orders()
    both = await store.find_orders(order_ids=[OrderId("0003")], child_ids=[ChildId("0x3")])
    assert both == _whole(3)


async def test_those_that_left_come_page_by_page_the_newest_first(store: Database) -> None:
    assert await store.past_orders(2) == _whole(5, 3)
    assert await store.past_orders(2, before=(3, OrderId("0003"))) == _whole(1)
    assert await store.past_orders(2, before=(1, OrderId("0001"))) == Orders()


async def test_a_recalled_order_is_loaded_by_the_next_run(store: Database, path: Path) -> None:
    recalled = await store.recall([OrderId("0001"), OrderId("none")])
    back = replace(_parent(1), left_ms=None)
    assert recalled == replace(_whole(1), parents=(back,))
    async with open_store(path, SystemClock()) as again:
        assert (await again.load()).parents == (back, _parent(2), _parent(4))


async def test_who_lost_the_journal_recalls_nothing(store: Database, path: Path) -> None:
    async with open_store(path, SystemClock()):
        with pytest.raises(TakenOverError):
            await store.recall([OrderId("0001")])


async def test_an_order_that_cannot_be_read_is_called_damage(store: Database, path: Path) -> None:
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE parents SET request = '{}' WHERE order_id = '0001'")
    with pytest.raises(DamageError, match="a row cannot be read"):
        await store.find_orders(order_ids=[OrderId("0001")])
    assert await store.find_orders(order_ids=[OrderId("0003")]) == _whole(3)


@pytest.mark.parametrize(
    ("query", "index"),
    [(BY_KEY, "parents_by_key"), (PAST, "parents_past"), (FACTS, "events_of_order")],
    ids=["key", "past", "facts"],
)
async def test_no_look_reads_all_that_there_ever_was(
    store: Database, path: Path, query: str, index: str
) -> None:
    with closing(sqlite3.connect(path)) as other:
        plan = other.execute(f"EXPLAIN QUERY PLAN {query}", (1,) * query.count("?")).fetchall()
    assert f"USING INDEX {index}" in plan[0][3]


async def test_children_of_unknown_fate_that_once_rested_are_told_apart(
    store: Database, path: Path
):
    told = {6: ChildStatus.LIVE, 7: ChildStatus.SENT, 8: ChildStatus.LIVE}
    for number, status in told.items():
        child = replace(_child(number), status=status)
        await store.commit([Batch(parents=(replace(_parent(number), left_ms=None),))])
        moved = msgspec.structs.replace(changed(Child(child), number), seq=number)
        await store.commit([Batch(new_child=child, events=(moved,))])
    for number in (6, 7):
        await store.commit([Batch(children=(replace(_child(number), status=ChildStatus.UNKNOWN),))])
    assert (await store.load()).rested == {_child(6).child_id}
