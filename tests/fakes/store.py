"""A journal in memory that keeps the rules of the real one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import fields, replace
from itertools import islice
from typing import Any

from polyterm.engine.records import (
    Batch,
    ChildRecord,
    Cover,
    FillRecord,
    Orders,
    ParentRecord,
    Saved,
    TokenTotals,
)
from polyterm.engine.store import Age, OverfillError, PrunedError, StoreError, UncoveredError
from polyterm.models.enums import ChildStatus, Side, TradeStatus
from polyterm.models.events import ChildChanged, Event, OrderAdjusted, StopState
from polyterm.models.ids import ChildId, OrderId
from polyterm.models.money import SIZE_STEP, notional_up


class MemoryStore:
    """Keeps what would be on disk; a second engine may be started on it."""

    def __init__(self) -> None:
        self.parents: dict[str, ParentRecord] = {}
        self.children: dict[str, ChildRecord] = {}
        self.fills: dict[tuple[str, str], FillRecord] = {}
        self.totals: dict[str, TokenTotals] = {}
        self._children_of: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._fills_of: defaultdict[str, dict[tuple[str, str], None]] = defaultdict(dict)
        self._adjusted: defaultdict[str | None, list[OrderAdjusted]] = defaultdict(list)
        self.events: list[Event] = []
        self.stop = StopState.RUNNING
        self.watermark_ms: int | None = None
        self.pruned_seq = 0
        self.broken = ""
        """Why commits fail; empty while they do not."""
        self.unreadable = ""
        """Why orders cannot be looked up; empty while they can."""
        self.unreadable_past = ""
        """The same, of the list of those that left."""

    async def load(self) -> Saved:
        return Saved(
            **_fields(self._whole(p for p in self.parents.values() if p.left_ms is None)),
            totals=tuple(self.totals.values()),
            last_seq=self.events[-1].seq if self.events else 0,
            stop=self.stop,
            watermark_ms=self.watermark_ms,
        )

    async def commit(self, batches: list[Batch]) -> list[StoreError | None]:
        if self.broken:
            raise StoreError(self.broken)
        return [self._write(batch) for batch in batches]

    async def events_after(self, seq: int, limit: int = 1_000) -> tuple[Event, ...]:
        if seq < self.pruned_seq:
            raise PrunedError(seq, self.pruned_seq)
        return tuple(event for event in self.events if event.seq > seq)[:limit]

    async def kept_after(self) -> int:
        return self.pruned_seq

    async def find_orders(
        self,
        *,
        order_ids: Collection[OrderId] = (),
        child_ids: Collection[ChildId] = (),
        client_key: str | None = None,
    ) -> Orders:
        children = (self.children.get(child_id) for child_id in child_ids)
        keyed = [
            parent.order_id
            for parent in self.parents.values()
            if client_key is not None and parent.request.client_key == client_key
        ]
        wanted = {*order_ids, *keyed, *(child.order_id for child in children if child)}
        return self._whole(self.parents[one] for one in sorted(wanted) if one in self.parents)

    async def recall(self, order_ids: Collection[OrderId]) -> Orders:
        for order_id in order_ids:
            self.parents[order_id].left_ms = None
        return await self.find_orders(order_ids=order_ids)

    async def past_orders(self, limit: int, before: Age | None = None) -> Orders:
        if self.unreadable_past:
            raise StoreError(self.unreadable_past)
        left = [p for p in self.parents.values() if p.left_ms is not None]
        left.sort(key=lambda p: (p.created_ms, p.order_id), reverse=True)
        after = (p for p in left if before is None or (p.created_ms, p.order_id) < before)
        return self._whole(islice(after, limit))

    def _whole(self, parents: Iterable[ParentRecord]) -> Orders:
        if self.unreadable:
            raise StoreError(self.unreadable)
        kept = {parent.order_id: replace(parent) for parent in parents}
        return Orders(
            parents=tuple(kept.values()),
            children=tuple(replace(self.children[i]) for o in kept for i in self._children_of[o]),
            fills=tuple(replace(self.fills[i]) for o in kept for i in self._fills_of[o]),
            adjustments=tuple(adjusted for o in kept for adjusted in self._adjusted[o]),
            rested=frozenset(
                ChildId(i) for o in kept for i in self._children_of[o] if self._has_rested(i)
            ),
        )

    def _has_rested(self, child_id: str) -> bool:
        return self.children[child_id].status is ChildStatus.UNKNOWN and any(
            isinstance(event, ChildChanged)
            and event.child_id == child_id
            and event.status is ChildStatus.LIVE
            for event in self.events
        )

    def _write(self, batch: Batch) -> StoreError | None:
        child = batch.new_child
        if child is not None:
            target = self.parents[child.order_id].target
            if self._exposure(child.order_id) + child.size > target + SIZE_STEP:
                return OverfillError("too much")
            if batch.cover is not None and self._is_uncovered(child, batch.cover):
                return UncoveredError("too much for what is there")
            self.children[child.child_id] = child
            self._children_of[child.order_id][child.child_id] = None
        self.parents |= {parent.order_id: parent for parent in batch.parents}
        for moved in batch.children:
            written = self.children.get(moved.child_id, moved)
            self.children[moved.child_id] = replace(moved, body=written.body)
        self.fills |= {(fill.trade_id, fill.child_id): fill for fill in batch.fills}
        for fill in batch.fills:
            self._fills_of[fill.order_id][fill.trade_id, fill.child_id] = None
        for event in batch.events:
            if isinstance(event, OrderAdjusted):
                self._adjusted[event.order_id].append(event)
        self.totals |= {totals.token_id: totals for totals in batch.totals}
        self.events += batch.events
        self.stop = batch.stop or self.stop
        self.watermark_ms = batch.watermark_ms or self.watermark_ms
        return None

    def _exposure(self, order_id: str) -> int:
        total = 0
        for child in self.children.values():
            if child.order_id != order_id:
                continue
            fills = [fill for fill in self.fills.values() if fill.child_id == child.child_id]
            voided = sum(f.size for f in fills if f.status is TradeStatus.FAILED)
            traded = sum(f.size for f in fills)
            base = child.matched if child.status.is_final else child.size
            total += max(base, traded) - voided
        return total

    def _is_uncovered(self, child: ChildRecord, cover: Cover) -> bool:
        worth = _dollars if child.side is Side.BUY else _shares
        return self._promised(child, cover) + worth(child, child.size) > cover.amount + 1_000

    def _promised(self, child: ChildRecord, cover: Cover) -> int:
        """What open children, and fills that the balance may not show yet, take of the cover."""
        worth = _dollars if child.side is Side.BUY else _shares
        total = 0
        for other in self.children.values():
            if _shares_means(other, child):
                total += worth(other, self._left(other))
        for fill in self.fills.values():
            is_unseen = fill.settled_ms is None or fill.settled_ms >= cover.asked_ms
            if is_unseen and fill.status is not TradeStatus.FAILED and _shares_means(fill, child):
                dollars = notional_up(fill.price, fill.size) + fill.fee
                total += dollars if fill.side is Side.BUY else fill.size
        return total

    def _left(self, child: ChildRecord) -> int:
        traded = sum(f.size for f in self.fills.values() if f.child_id == child.child_id)
        whole = child.matched if child.status.is_final else max(child.size, child.matched)
        return max(whole - traded, 0)


def _fields(orders: Orders) -> dict[str, Any]:
    return {field.name: getattr(orders, field.name) for field in fields(orders)}


def _shares_means(other: ChildRecord | FillRecord, child: ChildRecord) -> bool:
    """Whether both pay with the same: cash, or shares of one token."""
    return other.side is child.side and (child.side is Side.BUY or other.token_id == child.token_id)


def _dollars(child: ChildRecord, size: int) -> int:
    return notional_up(child.price, size) + -(-child.fee_reserve * size // child.size)


def _shares(child: ChildRecord, size: int) -> int:
    return size
