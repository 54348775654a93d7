"""The store on SQLite: one thread writes, every commit is synced to disk."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Callable, Collection
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import aiosqlite

from polyterm.engine.clock import Clock
from polyterm.engine.records import Batch, Orders, Saved
from polyterm.engine.store import Age, StoreError
from polyterm.models.events import Event
from polyterm.models.ids import ChildId, OrderId
from polyterm.storage import fence, marks, past_orders
from polyterm.storage.backup_keeper import keeping_backups
from polyterm.storage.backups import Backups
from polyterm.storage.ballast import Ballast
from polyterm.storage.errors import DiskFullError, as_written, in_words
from polyterm.storage.opening import OpenJournal, open_journal
from polyterm.storage.prune_keeper import keeping_bounded
from polyterm.storage.pruning import FOR_EVER, Keep, Pruning
from polyterm.storage.reading import read_events, read_saved
from polyterm.storage.transaction import transaction
from polyterm.storage.writing import write

Result = TypeVar("Result")


@asynccontextmanager
async def open_store(path: Path, clock: Clock, keep: Keep = FOR_EVER) -> AsyncGenerator[Database]:
    """Open the journal at `path`, keep its backups and its size; `StoreError` where it is unfit."""
    backups = Backups(path)
    journal = await asyncio.to_thread(open_journal, path, backups, clock.now_ms())
    async with (
        aiosqlite.Connection(lambda: journal.connection, iter_chunk_size=64) as thread,
        keeping_backups(backups, clock),
    ):
        database = Database(journal, thread, Ballast(path.with_name("ballast")))
        async with keeping_bounded(database.prune, keep, clock):
            yield database


class Database:
    """The journal of one venue; implements `polyterm.engine.records.Store`."""

    def __init__(
        self, journal: OpenJournal, thread: aiosqlite.Connection, ballast: Ballast
    ) -> None:
        self._journal = journal
        self._thread = thread
        self._ballast = ballast
        self._unread: Saved | None = journal.saved
        """What the opening read, until it is asked for or changed."""

    async def load(self) -> Saved:
        """What a run goes on from: all orders but those that have left memory."""
        return await _in(self._thread, self._load)

    async def commit(self, batches: list[Batch]) -> list[StoreError | None]:
        """Commit batches in one transaction; a batch that breaks a rule is left out and named."""
        return await _in(self._thread, lambda: self._commit(batches))

    async def events_after(self, seq: int, limit: int = 1_000) -> tuple[Event, ...]:
        """Facts from the journal, oldest first; `PrunedError` where some of them are gone."""
        find = partial(read_events, after=seq, limit=limit)
        return await _in(self._thread, lambda: self._read(find))

    async def kept_after(self) -> int:
        """The number after which every fact is still there; 0 where all are."""
        return await _in(self._thread, lambda: self._read(marks.kept_after))

    async def find_orders(
        self,
        *,
        order_ids: Collection[OrderId] = (),
        child_ids: Collection[ChildId] = (),
        client_key: str | None = None,
    ) -> Orders:
        """Orders of these ids, with these children, or with that key, whether they left or not."""
        find = partial(
            past_orders.find_orders,
            order_ids=order_ids,
            child_ids=child_ids,
            client_key=client_key,
        )
        return await _in(self._thread, lambda: self._read(find))

    async def recall(self, order_ids: Collection[OrderId]) -> Orders:
        """Note that these are in memory again, and hand them over; those that are still there."""
        return await _in(self._thread, lambda: self._recall(order_ids))

    async def past_orders(self, limit: int, before: Age | None = None) -> Orders:
        """Orders that have left memory, newest first; the next ones after `before`."""
        find = partial(past_orders.past_orders, limit=limit, before=before)
        return await _in(self._thread, lambda: self._read(find))

    async def prune(self, pruning: Pruning) -> bool:
        """Take one step; whether there is another. Commits that wait meanwhile come next."""
        return await _in(self._thread, lambda: self._prune(pruning))

    # -- inside, on the one thread --

    def _load(self) -> Saved:
        saved, self._unread = self._unread, None
        if saved is not None:
            return saved
        with in_words(self._journal.path):
            return read_saved(self._journal.connection, self._journal.path)

    def _read(self, find: Callable[[sqlite3.Connection], Result]) -> Result:
        with in_words(self._journal.path), as_written(self._journal.path):
            return find(self._journal.connection)

    def _recall(self, order_ids: Collection[OrderId]) -> Orders:
        self._unread = None
        connection, path = self._journal.connection, self._journal.path
        with in_words(path), as_written(path), transaction(connection):
            fence.check(connection, self._journal.token)
            return past_orders.recall(connection, order_ids)

    def _prune(self, pruning: Pruning) -> bool:
        if not self._ballast.lay():
            # On a full disk the last room in the log is for fills and stops.
            return False
        self._unread = None
        connection = self._journal.connection
        with in_words(self._journal.path), transaction(connection):
            fence.check(connection, self._journal.token)
            return pruning.step(connection)

    def _commit(self, batches: list[Batch]) -> list[StoreError | None]:
        self._unread = None
        has_reserve = self._ballast.lay()
        try:
            return self._transact(batches, may_grow=has_reserve)
        except DiskFullError:
            if not self._ballast.drop():
                raise
        return self._transact(batches, may_grow=False)

    def _transact(self, batches: list[Batch], *, may_grow: bool) -> list[StoreError | None]:
        connection = self._journal.connection
        with in_words(self._journal.path), transaction(connection):
            fence.check(connection, self._journal.token)
            return [
                _NO_ROOM if batch.new_child and not may_grow else write(connection, batch)
                for batch in batches
            ]


_NO_ROOM = DiskFullError(
    "the disk is full: fills and stops are still written, nothing new is sent until there is room"
)


async def _in(thread: aiosqlite.Connection, work: Callable[[], Result]) -> Result:
    """Run work on the connection's thread in one hop; see docs/decisions/0008."""
    return await thread._execute(work)
