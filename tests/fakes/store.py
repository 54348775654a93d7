"""A journal in memory that keeps the rules of the real one."""

from __future__ import annotations

from dataclasses import replace

from polyterm.engine.records import (
    Batch,
    ChildRecord,
    Cover,
    FillRecord,
    OverfillError,
    ParentRecord,
    PrunedError,
    Saved,
    StoreError,
    UncoveredError,
)
from polyterm.models.enums import Side, TradeStatus
from polyterm.models.events import Event, OrderAdjusted, StopState
from polyterm.models.money import SIZE_STEP, notional_up


class MemoryStore:
    """Keeps what would be on disk; a second engine may be started on it."""

    def __init__(self) -> None:
        self.parents: dict[str, ParentRecord] = {}
        self.children: dict[str, ChildRecord] = {}
        self.fills: dict[tuple[str, str], FillRecord] = {}
        self.events: list[Event] = []
        self.stop = StopState.RUNNING
        self.watermark_ms: int | None = None
        self.pruned_seq = 0
        self.broken = ""
        """Why commits fail; empty while they do not."""

    async def load(self) -> Saved:
        return Saved(
            parents=tuple(replace(p) for p in self.parents.values()),
            children=tuple(replace(c) for c in self.children.values()),
            fills=tuple(replace(f) for f in self.fills.values()),
            adjustments=tuple(e for e in self.events if isinstance(e, OrderAdjusted)),
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

    def _write(self, batch: Batch) -> StoreError | None:
        child = batch.new_child
        if child is not None:
            target = self.parents[child.order_id].target
            if self._exposure(child.order_id) + child.size > target + SIZE_STEP:
                return OverfillError("too much")
            if batch.cover is not None and self._is_uncovered(child, batch.cover):
                return UncoveredError("too much for what is there")
            self.children[child.child_id] = child
        self.parents |= {parent.order_id: parent for parent in batch.parents}
        for moved in batch.children:
            written = self.children.get(moved.child_id, moved)
            self.children[moved.child_id] = replace(moved, body=written.body)
        self.fills |= {(fill.trade_id, fill.child_id): fill for fill in batch.fills}
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


def _shares_means(other: ChildRecord | FillRecord, child: ChildRecord) -> bool:
    """Whether both pay with the same: cash, or shares of one token."""
    return other.side is child.side and (child.side is Side.BUY or other.token_id == child.token_id)


def _dollars(child: ChildRecord, size: int) -> int:
    return notional_up(child.price, size) + -(-child.fee_reserve * size // child.size)


def _shares(child: ChildRecord, size: int) -> int:
    return size
