"""What the journal keeps of every order, child and fill: the engine's whole memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from polyterm.models.enums import ChildStatus, OrderStatus, OrderType, Side, TradeStatus
from polyterm.models.events import Event, OrderAdjusted, StopState
from polyterm.models.ids import ChildId, ConditionId, OrderId, TokenId, TradeId
from polyterm.models.money import Dollars, Price, Size
from polyterm.models.order_request import OrderRequest


@dataclass(slots=True, kw_only=True)
class ParentRecord:
    """A parent order."""

    order_id: OrderId
    request: OrderRequest
    condition_id: ConditionId
    slug: str
    question: str
    outcome: str
    tick: Price
    status: OrderStatus
    reason: str
    target: Size
    created_ms: int
    ended_ms: int | None = None
    deadline_ms: int | None = None
    arrival: float | None = None
    adjustments: int = 0
    last_adjusted_ms: int | None = None
    seed: int = 0
    """Of the order's own random source."""
    cancel_reason: str = ""
    """Why its end was asked for; empty while it was not. Survives a restart, so the end does."""


@dataclass(slots=True, kw_only=True)
class ChildRecord:
    """A child order, written before it is sent."""

    child_id: ChildId
    order_id: OrderId
    number: int
    """Which child of its parent, from 1."""
    status: ChildStatus
    token_id: TokenId
    side: Side
    price: Price
    size: Size
    matched: Size = 0
    """Largest matched size that the exchange has stated."""
    order_type: OrderType
    post_only: bool
    fee_reserve: Dollars = 0
    """The most that its whole size could cost in fees; 0 where it can only make, or sells."""
    created_ms: int
    ended_ms: int | None = None
    """When it ended; nothing while it may still trade."""
    reason: str = ""
    body: bytes = field(repr=False)
    """The exact signed bytes. Once they are in the journal they stay there as they are, and memory
    lets go of them."""


@dataclass(slots=True, kw_only=True)
class FillRecord:
    """One trade of one child; its key is (trade, child)."""

    trade_id: TradeId
    child_id: ChildId
    order_id: OrderId
    token_id: TokenId
    side: Side
    price: Price
    size: Size
    fee: Dollars
    is_maker: bool
    status: TradeStatus
    at_ms: int
    settled_ms: int | None = None
    """When we learned that it was confirmed or failed, our clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What the exchange said is there to pay a child with, less what orders placed by hand keep."""

    amount: Dollars | Size
    """Dollars for a buy, settled shares of its token for a sell."""
    asked_ms: int
    """When it was asked for: fills that settled later are not in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What is committed together or not at all."""

    parents: tuple[ParentRecord, ...] = ()
    children: tuple[ChildRecord, ...] = ()
    fills: tuple[FillRecord, ...] = ()
    events: tuple[Event, ...] = ()
    new_child: ChildRecord | None = None
    """Inserted only if its parent is not over-bought by it (rule R4), in this transaction."""
    cover: Cover | None = None
    """What pays for the new child: it is inserted only if all that is promised stays within."""
    stop: StopState | None = None
    watermark_ms: int | None = None
    """Trades up to here are all in the journal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """All that an earlier run left."""

    parents: tuple[ParentRecord, ...] = ()
    children: tuple[ChildRecord, ...] = ()
    fills: tuple[FillRecord, ...] = ()
    adjustments: tuple[OrderAdjusted, ...] = ()
    last_seq: int = 0
    stop: StopState = StopState.RUNNING
    watermark_ms: int | None = None
    notice: str = ""
    """What a person must know about the journal itself; empty where all is well."""


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
        """Everything that earlier runs wrote."""
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
