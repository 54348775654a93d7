"""A journal that can die like a process, and remembers what it had committed by then."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection
from random import Random

from polyterm.engine.records import Batch, Orders, Saved
from polyterm.engine.store import Age, Store, StoreError
from polyterm.models.enums import ChildStatus
from polyterm.models.events import ChildChanged, Event, Filled, StopState
from polyterm.models.ids import ChildId, OrderId, TradeId
from tests.whole.trouble import Mishap, Trouble

_SLOWEST_S = 0.01


class Archive:
    """What was committed over all lives of the engine."""

    def __init__(self) -> None:
        self.children: set[ChildId] = set()
        self.filled: Counter[tuple[TradeId, ChildId]] = Counter()
        """How often each trade of each child was told as a fill."""
        self.stop = StopState.RUNNING
        self.stops = 0
        """How often the latch was closed."""
        self.left = 0
        """How often an order was about to leave memory."""
        self.recalls = 0
        """How many orders came back into memory."""
        self.unknowns = 0
        """How often the fate of a child became unknown."""

    def keep(self, batch: Batch) -> None:
        """Take note of a batch that is on disk now."""
        if batch.new_child is not None:
            self.children.add(batch.new_child.child_id)
        self.left += sum(parent.left_ms is not None for parent in batch.parents)
        self.stops += batch.stop is StopState.STOPPING
        self.unknowns += sum(_is_unknown(event) for event in batch.events)
        self.stop = batch.stop or self.stop
        fills = [event for event in batch.events if isinstance(event, Filled)]
        self.filled.update((fill.trade_id, fill.child_id) for fill in fills)


class WatchedStore:
    """One life of a journal; takes a moment to commit, and may find the disk full."""

    def __init__(self, inner: Store, archive: Archive, trouble: Trouble, random: Random) -> None:
        self._inner = inner
        self._archive = archive
        self._trouble = trouble
        self._random = random
        self.is_alive = True

    async def load(self) -> Saved:
        """Everything that earlier lives wrote."""
        return await self._inner.load()

    async def events_after(self, seq: int, limit: int = 1_000) -> tuple[Event, ...]:
        """Facts, oldest first."""
        return await self._inner.events_after(seq, limit)

    async def kept_after(self) -> int:
        """The number after which every fact is there."""
        return await self._inner.kept_after()

    async def find_orders(
        self,
        *,
        order_ids: Collection[OrderId] = (),
        child_ids: Collection[ChildId] = (),
        client_key: str | None = None,
    ) -> Orders:
        """Orders, whether they left memory or not."""
        return await self._inner.find_orders(
            order_ids=order_ids, child_ids=child_ids, client_key=client_key
        )

    async def recall(self, order_ids: Collection[OrderId]) -> Orders:
        """Orders that are in memory again; written, so death may come before or after it."""
        await self._pause()
        orders = await self._inner.recall(order_ids)
        await self._pause()
        self._archive.recalls += len(order_ids)
        return orders

    async def past_orders(self, limit: int, before: Age | None = None) -> Orders:
        """Orders that have left memory."""
        return await self._inner.past_orders(limit, before)

    async def commit(self, batches: list[Batch]) -> list[StoreError | None]:
        """Commit after a moment, and tell of it after another: death may come in either."""
        await self._pause()
        if self._trouble.strikes(Mishap.DISK_FULL):
            raise StoreError("database or disk is full")
        results = await self._inner.commit(batches)
        for batch, error in zip(batches, results, strict=True):
            if error is None:
                self._archive.keep(batch)
        await self._pause()
        return results

    async def _pause(self) -> None:
        await asyncio.sleep(self._random.uniform(0, _SLOWEST_S))
        if not self.is_alive:
            await asyncio.Event().wait()


def _is_unknown(event: Event) -> bool:
    return isinstance(event, ChildChanged) and event.status is ChildStatus.UNKNOWN
