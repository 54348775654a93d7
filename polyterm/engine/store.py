"""The journal as the engine needs it, and what can go wrong with one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol, TypeAlias

from polyterm.engine.records import Batch, Orders, Saved
from polyterm.models.events import Event
from polyterm.models.ids import ChildId, OrderId

Age: TypeAlias = tuple[int, OrderId]
"""What sorts orders, the oldest first: when they were made, and their id."""


class StoreError(Exception):
    """The journal could not be read or written; the message is for people."""


class TakenOverError(StoreError):
    """Another polyterm has opened the journal since: this one may write no more (rule R7)."""


class OverfillError(StoreError):
    """The child would let its parent trade more than it wants; nothing was written."""


class UncoveredError(StoreError):
    """The child would promise more than there is; nothing was written."""


class PrunedError(StoreError):
    """Facts that were asked for have left the journal."""

    def __init__(self, after: int, kept_after: int) -> None:
        self.kept_after = kept_after
        super().__init__(
            f"facts after {after} are not all kept any more: read the orders anew, "
            f"and go on after {kept_after}"
        )


class Store(Protocol):
    """A durable journal. `commit` returns only when the batches would survive a power cut."""

    async def load(self) -> Saved:
        """What a run goes on from: all orders but those that have left memory."""
        ...

    async def commit(self, batches: list[Batch]) -> list[StoreError | None]:
        """Commit batches in one transaction; a batch that breaks a rule is left out and named."""
        ...

    async def events_after(self, seq: int, limit: int = 1_000) -> tuple[Event, ...]:
        """Facts from the journal, oldest first; `PrunedError` where some of them are gone."""
        ...

    async def kept_after(self) -> int:
        """The number after which every fact is still there; 0 where all are."""
        ...

    # -- orders that have left memory --

    async def find_orders(
        self,
        *,
        order_ids: Collection[OrderId] = (),
        child_ids: Collection[ChildId] = (),
        client_key: str | None = None,
    ) -> Orders:
        """Orders of these ids, with these children, or with that key, whether they left or not."""
        ...

    async def recall(self, order_ids: Collection[OrderId]) -> Orders:
        """Note that these are in memory again, and hand them over; those that are still there."""
        ...

    async def past_orders(self, limit: int, before: Age | None = None) -> Orders:
        """Orders that have left memory, newest first; the next ones after `before`."""
        ...
