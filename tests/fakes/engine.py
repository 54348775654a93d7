"""An engine that only remembers: canned pictures in, calls recorded, facts pushed by the test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import msgspec

from polyterm.engine.face import PlanChangedError, UnknownOrderError
from polyterm.engine.metrics import Family
from polyterm.engine.ports import NotFoundError
from polyterm.engine.settings import EngineSettings
from polyterm.engine.store import StoreError
from polyterm.models.complaint import Complaint, RefusedError
from polyterm.models.enums import OrderStatus, VenueName
from polyterm.models.events import Event, StopState
from polyterm.models.ids import OrderId, TokenId
from polyterm.models.market import Market
from polyterm.models.order_change import OrderChange
from polyterm.models.order_request import OrderRequest
from polyterm.models.plan import ChangeView, PlannedChild, PlanView
from polyterm.models.snapshot import MarketSnapshot
from polyterm.models.views import (
    AccountView,
    AdjustmentView,
    ChildView,
    FillView,
    HealthView,
    OrderDetail,
    OrderView,
    StopView,
)
from polyterm.strategies.planning import plan
from tests.fakes.pictures import NOW_MS, healthy, order_view


@dataclass
class FakeEngine:
    """Stands behind the console in tests; what it was told is in its lists."""

    markets: tuple[Market, ...] = ()
    venue: VenueName = VenueName.DEMO
    settings: EngineSettings = field(default_factory=EngineSettings)
    account_view: AccountView = field(
        default_factory=lambda: AccountView(
            address="0xfake", cash=0, reserved=0, positions=(), at_ms=NOW_MS
        )
    )
    refusals: list[tuple[Complaint, ...]] = field(default_factory=list)
    """What the next submissions are refused for, one entry each; an empty one accepts."""
    orders: dict[OrderId, OrderView] = field(default_factory=dict)
    children: dict[OrderId, tuple[ChildView, ...]] = field(default_factory=dict)
    fills: dict[OrderId, tuple[FillView, ...]] = field(default_factory=dict)
    adjustments: dict[OrderId, tuple[AdjustmentView, ...]] = field(default_factory=dict)
    snapshots: dict[TokenId, MarketSnapshot] = field(default_factory=dict)
    submitted: list[OrderRequest] = field(default_factory=list)
    cancelled: list[OrderId] = field(default_factory=list)
    changed: list[tuple[OrderId, OrderChange]] = field(default_factory=list)
    paused: list[OrderId] = field(default_factory=list)
    resumed: list[OrderId] = field(default_factory=list)
    looked_up: list[OrderId] = field(default_factory=list)
    """Orders whose details were asked for."""
    unreadable: str = ""
    """Why no details can be read; empty while they can."""
    stops: list[str] = field(default_factory=list)
    rearms: int = 0
    watched: list[str] = field(default_factory=list)
    unwatched: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.health_view = healthy(self.venue)
        self._changed: set[TokenId] = set()
        self._facts: asyncio.Queue[Event] = asyncio.Queue()

    # -- what a test does --

    def put(self, snapshot: MarketSnapshot) -> None:
        """Set the picture of a token."""
        self.snapshots[snapshot.token_id] = snapshot
        self._changed.add(snapshot.token_id)

    def tell(self, event: Event) -> None:
        """Let a fact happen."""
        self._facts.put_nowait(event)

    def set_health(self, **changes: object) -> None:
        """Change parts of the health."""
        self.health_view = msgspec.structs.replace(self.health_view, **changes)

    def set_order(self, order: OrderView) -> None:
        """Put an order among those it has."""
        self.orders[order.order_id] = order

    # -- what the console asks --

    async def submit_order(self, request: OrderRequest, shown: PlanView | None = None) -> OrderId:
        self.submitted.append(request)
        refusal = self.refusals.pop(0) if self.refusals else ()
        if refusal:
            raise RefusedError(refusal)
        if shown is not None and not (await self.plan_order(request)).is_as_shown(shown):
            raise PlanChangedError
        order_id = OrderId(f"order-{len(self.submitted):06d}")
        self.set_order(order_view(order_id, request, self._market(request.token_id)))
        return order_id

    async def check_order(self, request: OrderRequest) -> None:
        if self.refusals and self.refusals[0]:
            raise RefusedError(self.refusals[0])

    async def order_by_key(self, key: str) -> OrderId | None:
        return None

    async def plan_order(self, request: OrderRequest) -> PlanView:
        market, size = self._market(request.token_id), request.size_units or 0
        return plan(request, market, size, NOW_MS)

    async def plan_change(self, order_id: OrderId, change: OrderChange) -> ChangeView:
        if self.refusals and self.refusals[0]:
            raise RefusedError(self.refusals[0])
        order = self.order_status(order_id)
        plan = PlanView(children=(PlannedChild(size=order.size),), note="one order of all of it")
        moves = tuple(f"{name} {getattr(change, name)}" for name in change.fields)
        return ChangeView(moves=moves, risks=(), before=plan, after=plan)

    async def change_order(
        self, order_id: OrderId, change: OrderChange, shown: PlanView | None = None
    ) -> None:
        if self.refusals and self.refusals[0]:
            raise RefusedError(self.refusals.pop(0))
        self.order_status(order_id)
        self.changed.append((order_id, change))

    async def cancel_order(self, order_id: OrderId) -> None:
        self.cancelled.append(order_id)

    async def pause_order(self, order_id: OrderId) -> None:
        self.paused.append(order_id)
        self._move(order_id, OrderStatus.PAUSED)

    async def resume_order(self, order_id: OrderId) -> None:
        self.resumed.append(order_id)
        self._move(order_id, OrderStatus.ACTIVE)

    def order_status(self, order_id: OrderId) -> OrderView:
        if order_id not in self.orders:
            raise UnknownOrderError(order_id)
        return self.orders[order_id]

    async def order_detail(self, order_id: OrderId) -> OrderDetail:
        self.looked_up.append(order_id)
        if self.unreadable:
            raise StoreError(self.unreadable)
        return OrderDetail(
            order=self.order_status(order_id),
            children=self.children.get(order_id, ()),
            fills=self.fills.get(order_id, ()),
            adjustments=self.adjustments.get(order_id, ()),
        )

    async def all_orders(self) -> AsyncIterator[OrderView]:
        for order in self.list_orders():
            yield order

    def list_orders(self) -> tuple[OrderView, ...]:
        return tuple(reversed(self.orders.values()))

    async def list_markets(self, limit: int = 50) -> tuple[Market, ...]:
        return self.markets[:limit]

    async def search_markets(self, text: str, limit: int = 20) -> tuple[Market, ...]:
        wanted = text.casefold()
        return tuple(m for m in self.markets if wanted in m.question.casefold())[:limit]

    async def find_market(self, slug: str) -> Market:
        for market in self.markets:
            if market.slug == slug:
                return market
        raise NotFoundError(404, slug)

    async def market_of(self, token_id: TokenId) -> Market:
        return self._market(token_id)

    async def watch_market(self, market: Market) -> None:
        self.watched.append(market.slug)

    async def unwatch_market(self, market: Market) -> None:
        self.unwatched.append(market.slug)

    def snapshot(self, token_id: TokenId) -> MarketSnapshot | None:
        return self.snapshots.get(token_id)

    def changed_tokens(self) -> frozenset[TokenId]:
        changed, self._changed = frozenset(self._changed), set()
        return changed

    def account(self) -> AccountView:
        return self.account_view

    def health(self) -> HealthView:
        return self.health_view

    def metrics(self) -> tuple[Family, ...]:
        return ()

    def newest_fact(self) -> int:
        return 0

    async def kept_after(self) -> int:
        return 0

    async def events(self, after: int | None = None) -> AsyncIterator[Event]:
        while True:
            yield await self._facts.get()

    async def emergency_stop(self, reason: str = "asked for") -> None:
        self.stops.append(reason)
        stop = StopView(state=StopState.STOPPING, since_ms=NOW_MS, reason=reason)
        self.set_health(stop=stop, can_trade=False)

    async def rearm(self) -> None:
        self.rearms += 1
        self.set_health(stop=StopView(), can_trade=True)

    def _market(self, token_id: TokenId) -> Market:
        for market in self.markets:
            if any(outcome.token_id == token_id for outcome in market.outcomes):
                return market
        raise NotFoundError(404, token_id)

    def _move(self, order_id: OrderId, status: OrderStatus) -> None:
        self.set_order(msgspec.structs.replace(self.orders[order_id], status=status))
