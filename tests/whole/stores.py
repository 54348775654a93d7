"""Journals for the house, each of which outlives the engines that write it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Collection
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TypeVar

from polyterm.engine.records import Batch, Orders, Saved
from polyterm.engine.store import Age, Store, StoreError
from polyterm.models.events import Event
from polyterm.models.ids import ChildId, OrderId
from polyterm.storage import open_store
from tests.fakes.store import MemoryStore
from tests.fakes.virtual_time import START_MS, VirtualLoop

Result = TypeVar("Result")
StoreMaker = Callable[[AsyncExitStack], Awaitable[Store]]
"""Opens the journal for one life of the engine, and leaves its closing to the stack."""


def in_memory() -> StoreMaker:
    """A journal in memory."""
    store = MemoryStore()

    async def open_it(files: AsyncExitStack) -> Store:
        return store

    return open_it


def on_disk(path: Path) -> StoreMaker:
    """The real database, whose threads take no virtual time."""

    async def open_it(files: AsyncExitStack) -> Store:
        opening = open_store(path, _StillClock())
        store = await _patiently(opening.__aenter__())

        async def close() -> None:
            await _patiently(opening.__aexit__(None, None, None))

        files.push_async_callback(close)
        return PatientStore(store)

    return open_it


class _StillClock:
    """Asked from other threads, where virtual time cannot be told."""

    def now_ms(self) -> int:
        return START_MS

    def monotonic(self) -> float:
        return 0.0


class PatientStore:
    """A journal that other threads write while virtual time stands still."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def load(self) -> Saved:
        """Everything that earlier lives wrote."""
        return await _patiently(self._store.load())

    async def commit(self, batches: list[Batch]) -> list[StoreError | None]:
        """Commit in one transaction."""
        return await _patiently(self._store.commit(batches))

    async def find_orders(
        self,
        *,
        order_ids: Collection[OrderId] = (),
        child_ids: Collection[ChildId] = (),
        client_key: str | None = None,
    ) -> Orders:
        """Orders, whether they left memory or not."""
        found = self._store.find_orders(
            order_ids=order_ids, child_ids=child_ids, client_key=client_key
        )
        return await _patiently(found)

    async def recall(self, order_ids: Collection[OrderId]) -> Orders:
        """Orders that are in memory again."""
        return await _patiently(self._store.recall(order_ids))

    async def past_orders(self, limit: int, before: Age | None = None) -> Orders:
        """Orders that have left memory."""
        return await _patiently(self._store.past_orders(limit, before))

    async def events_after(self, seq: int, limit: int = 1_000) -> tuple[Event, ...]:
        """Facts, oldest first."""
        return await _patiently(self._store.events_after(seq, limit))

    async def kept_after(self) -> int:
        """The number after which every fact is there."""
        return await _patiently(self._store.kept_after())


def verdict(path: Path) -> str:
    """What SQLite says of a journal's integrity (I9)."""
    with sqlite3.connect(path) as connection:
        return connection.execute("PRAGMA integrity_check").fetchone()[0]


async def _patiently(errand: Awaitable[Result]) -> Result:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    with loop.waiting_outside():
        return await errand
