"""Rule R4 in dollars and shares, as the transaction that inserts a child keeps it."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st

from polyterm.engine.clock import SystemClock
from polyterm.engine.records import Batch, ChildRecord, Cover
from polyterm.engine.store import OverfillError, UncoveredError
from polyterm.models.enums import ChildStatus, Side, TradeStatus
from polyterm.models.ids import OrderId, TokenId, TradeId
from polyterm.models.money import UNIT
from polyterm.storage import open_store
from polyterm.storage.database import Database
from tests.fakes.store import MemoryStore
from tests.storage.journals import a_child, a_fill, a_parent

ASKED_MS = 1_000


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncGenerator[Database]:
    async with open_store(tmp_path / "journal.db", SystemClock()) as database:
        await database.commit([Batch(parents=(a_parent(target=1_000 * UNIT),))])
        yield database


def cover(units: float) -> Cover:
    return Cover(amount=round(units * UNIT), asked_ms=ASKED_MS)


async def room(store: Database, dollars: float, child: ChildRecord) -> bool:
    (refused,) = await store.commit([Batch(new_child=child, cover=cover(dollars))])
    assert refused is None or isinstance(refused, UncoveredError)
    return refused is None


async def test_a_buy_takes_its_worst_case_and_its_fee(store: Database) -> None:
    dear = a_child(1, 60, fee_reserve=UNIT)
    assert not await room(store, 30.99, dear)
    assert await room(store, 31, dear)


async def test_children_of_all_orders_count_and_none_is_inserted_beyond_what_is_there(
    store: Database,
) -> None:
    other = OrderId("01other")
    await store.commit([Batch(parents=(a_parent(order_id=other, target=1_000 * UNIT),))])
    assert await room(store, 50, a_child(1, 60))
    assert not await room(store, 50, a_child(2, 41, order_id=other))
    assert await room(store, 50, a_child(3, 40, order_id=other))
    assert [child.number for child in (await store.load()).children] == [1, 3]


async def test_the_reason_says_what_is_there_and_what_is_promised(store: Database) -> None:
    await room(store, 50, a_child(1, 60))
    (refused,) = await store.commit([Batch(new_child=a_child(2, 60), cover=cover(50))])
    assert str(refused) == (
        "it takes $30.00, and of the $50.00 that are there $30.00 are promised to other children"
    )


@pytest.mark.parametrize(
    ("status", "matched", "traded", "left"),
    [
        (ChildStatus.LIVE, 0, 0, 20),
        (ChildStatus.UNKNOWN, 0, 0, 20),
        (ChildStatus.LIVE, 20, 20, 20),
        (ChildStatus.CANCELLED, 0, 0, 50),
        (ChildStatus.CANCELLED, 20, 0, 40),
        (ChildStatus.CANCELLED, 20, 20, 40),
    ],
)
async def test_what_is_left_counts_open_shares_and_fills_that_the_balance_may_not_show(
    store: Database, status: ChildStatus, matched: int, traded: int, left: float
) -> None:
    first = a_child(1, 60)
    await room(store, 50, first)
    ended_ms = ASKED_MS if status.is_final else None
    moved = replace(first, status=status, matched=matched * UNIT, ended_ms=ended_ms)
    fills = (a_fill(first, traded),) if traded else ()
    await store.commit([Batch(children=(moved,), fills=fills)])
    assert not await room(store, 50, a_child(2, 2 * round(left) + 1))
    assert await room(store, 50, a_child(3, 2 * round(left)))


@pytest.mark.parametrize(
    ("status", "settled_ms", "left"),
    [
        (TradeStatus.MATCHED, None, 20),
        (TradeStatus.CONFIRMED, ASKED_MS, 20),
        (TradeStatus.CONFIRMED, ASKED_MS - 1, 50),
        (TradeStatus.FAILED, ASKED_MS, 50),
    ],
)
async def test_a_fill_counts_until_a_later_balance_shows_it(
    store: Database, status: TradeStatus, settled_ms: int | None, left: int
) -> None:
    first = a_child(1, 60)
    await room(store, 50, first)
    done = replace(first, status=ChildStatus.FILLED, matched=60 * UNIT, ended_ms=2)
    fill = a_fill(first, 60, status=status, settled_ms=settled_ms)
    await store.commit([Batch(children=(done,), fills=(fill,))])
    assert not await room(store, 50, a_child(2, 2 * left + 1))
    assert await room(store, 50, a_child(3, 2 * left))


async def test_sells_are_covered_by_the_settled_shares_of_their_own_token(
    store: Database,
) -> None:
    first = a_child(1, 60, side=Side.SELL)
    assert not await room(store, 59, first)
    assert await room(store, 60, first)
    assert not await room(store, 100, a_child(2, 41, side=Side.SELL))
    assert await room(store, 41, a_child(3, 41, side=Side.SELL, token_id=TokenId("2")))


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("new", "end", "match", "trade", "settle", "fail")),
        st.integers(1, 6),
        st.integers(1, 50),
        st.sampled_from(Side),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS, dollars=st.integers(0, 60))
def test_the_journal_in_memory_keeps_the_same_rule(
    steps: list[tuple[str, int, int, Side]], dollars: int
) -> None:
    """What the swarm is run on says no exactly where the real journal does."""
    asyncio.run(_both(steps, cover(dollars)))


async def _both(steps: list[tuple[str, int, int, Side]], there: Cover) -> None:
    with tempfile.TemporaryDirectory() as directory:
        async with open_store(Path(directory) / "journal.db", SystemClock()) as real:
            stores = (real, MemoryStore())
            for store in stores:
                await store.commit([Batch(parents=(a_parent(target=200 * UNIT),))])
            for number, step in enumerate(steps):
                saved = await real.load()
                batch = _batch(number, step, saved.children, there)
                verdicts = [await store.commit([batch]) for store in stores if batch]
                assert len({type(verdict[0]) for verdict in verdicts}) <= 1


def _batch(
    number: int,
    step: tuple[str, int, int, Side],
    children: tuple[ChildRecord, ...],
    there: Cover,
) -> Batch | None:
    deed, which, size, side = step
    if deed == "new":
        return Batch(new_child=a_child(number, size, side=side, fee_reserve=size), cover=there)
    if not children:
        return None
    child = children[which % len(children)]
    if deed == "end":
        ended = replace(child, status=ChildStatus.CANCELLED, ended_ms=ASKED_MS)
        return Batch(children=(ended,))
    if deed == "match":
        return Batch(children=(replace(child, matched=size * UNIT),))
    status = {"fail": TradeStatus.FAILED, "settle": TradeStatus.CONFIRMED}.get(
        deed, TradeStatus.MATCHED
    )
    settled_ms = None if deed == "trade" else ASKED_MS - size % 2
    fill = a_fill(child, size, trade_id=TradeId(f"t{number}"), status=status, settled_ms=settled_ms)
    return Batch(fills=(fill,))


async def test_a_child_beyond_its_order_is_refused_as_before(store: Database) -> None:
    (refused,) = await store.commit([Batch(new_child=a_child(1, 1_001), cover=cover(9_999))])
    assert isinstance(refused, OverfillError)
