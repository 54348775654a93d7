"""What the journal keeps of every order, child and fill: the engine's whole memory."""

from __future__ import annotations

from dataclasses import dataclass, field

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
    left_ms: int | None = None
    """When it left memory, as nothing more was expected of it; nothing while it is there."""


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
class TokenTotals:
    """What all fills of one token add up to, over every run; those that failed are not in it."""

    token_id: TokenId
    slug: str
    outcome: str
    bought: Size = 0
    paid: Dollars = 0
    """For the shares bought, without fees."""
    buy_fees: Dollars = 0
    sold: Size = 0
    earned: Dollars = 0
    """By the shares sold, without fees."""
    sell_fees: Dollars = 0

    @property
    def fees(self) -> Dollars:
        """Of buys and sells."""
        return self.buy_fees + self.sell_fees


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
    totals: tuple[TokenTotals, ...] = ()
    """Of the tokens of these fills, these fills included."""
    cover: Cover | None = None
    """What pays for the new child: it is inserted only if all that is promised stays within."""
    stop: StopState | None = None
    watermark_ms: int | None = None
    """Trades up to here are all in the journal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """Whole orders: parents with all that is under them."""

    parents: tuple[ParentRecord, ...] = ()
    children: tuple[ChildRecord, ...] = ()
    fills: tuple[FillRecord, ...] = ()
    adjustments: tuple[OrderAdjusted, ...] = ()
    rested: frozenset[ChildId] = frozenset()
    """Those of unknown fate that the exchange once showed as resting, by what was told of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved(Orders):
    """What a run goes on from; orders that have left memory are not in it."""

    totals: tuple[TokenTotals, ...] = ()
    last_seq: int = 0
    stop: StopState = StopState.RUNNING
    watermark_ms: int | None = None
    notice: str = ""
    """What a person must know about the journal itself; empty where all is well."""
