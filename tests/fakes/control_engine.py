"""An engine that only remembers: what the control socket and the commands are tried against."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec

from polyterm.engine.face import KeyReusedError, UnknownOrderError, UnknownTokenError
from polyterm.engine.metrics import Family, Kind, Sample
from polyterm.engine.ports import NotFoundError, UnreachableError
from polyterm.engine.settings import EngineSettings
from polyterm.engine.store import PrunedError
from polyterm.models.complaint import Complaint, RefusedError
from polyterm.models.enums import (
    ChildStatus,
    EndAction,
    OrderStatus,
    OrderType,
    VenueName,
)
from polyterm.models.events import Event, Noticed, OrderAccepted, StopState
from polyterm.models.ids import ChildId, ConditionId, OrderId, TokenId
from polyterm.models.market import FeeSchedule, Market, Outcome
from polyterm.models.money import UNIT, parse_units
from polyterm.models.order_change import OrderChange
from polyterm.models.order_request import OrderRequest
from polyterm.models.plan import ChangeView, PlannedChild, PlanView
from polyterm.models.snapshot import MarketSnapshot
from polyterm.models.views import (
    AccountView,
    ChildView,
    HealthView,
    OrderDetail,
    OrderView,
    PositionView,
    StopView,
)
from polyterm.strategies.planning import plan

NOW_MS = 1_700_000_000_123
MARKET = Market(
    condition_id=ConditionId("0x" + "ab" * 32),
    slug="will-it-rain",
    question="Will it rain?",
    outcomes=(Outcome(TokenId("111"), "Yes"), Outcome(TokenId("222"), "No")),
    tick=100,
    min_size=5 * UNIT,
    fees=FeeSchedule(rate_ppm=70_000),
    neg_risk=False,
    protocol="v1",
    accepting_orders=True,
)


class ControlEngine:
    """Keeps what it was told; its attributes say how it is to behave."""

    def __init__(self) -> None:
        self.requests: list[OrderRequest] = []
        self.orders: dict[OrderId, OrderView] = {}
        self.changes: list[tuple[OrderId, OrderChange]] = []
        self.facts: list[Event] = []
        self.kept_from = 0
        """The number of the newest fact that is no longer kept."""
        self.goes_after: int | None = None
        """Number of the fact after which the next ones turn out to be gone."""
        self.stop = StopView()
        self.proves_stop = True
        self.proves_cancel = True
        self.proves_pause = True
        self.forgotten: set[OrderId] = set()
        """Orders of long ago: only the journal has them."""
        self.is_reachable = True
        self.refusal: RefusedError | None = None
        self.settings = EngineSettings()
        self.snapshots: dict[TokenId, MarketSnapshot] = {}
        self.watched: list[str] = []
        self.comes_when_watched: dict[TokenId, MarketSnapshot] = {}
        """Pictures that there are only once somebody follows the market."""
        self.readers = 0
        """How many follow the facts."""

    # -- orders --

    async def submit_order(self, request: OrderRequest, shown: PlanView | None = None) -> OrderId:
        if self.refusal is not None:
            raise self.refusal
        if all(request.token_id != outcome.token_id for outcome in MARKET.outcomes):
            raise UnknownTokenError(request.token_id)
        for number, earlier in enumerate(self.requests, 1):
            if request.client_key is not None and earlier.client_key == request.client_key:
                if earlier != request:
                    raise KeyReusedError(f"o{number}")
                return OrderId(f"o{number}")
        self.requests.append(request)
        order = _view(OrderId(f"o{len(self.requests)}"), request)
        self.orders[order.order_id] = order
        self._tell(OrderAccepted(at_ms=NOW_MS, order_id=order.order_id, summary="accepted"))
        return order.order_id

    async def check_order(self, request: OrderRequest) -> None:
        if self.refusal is not None:
            raise self.refusal

    async def order_by_key(self, key: str) -> OrderId | None:
        keys = [request.client_key for request in self.requests]
        return OrderId(f"o{keys.index(key) + 1}") if key in keys else None

    async def plan_order(self, request: OrderRequest) -> PlanView:
        return plan(request, MARKET, request.size_units or 100 * UNIT, NOW_MS)

    async def plan_change(self, order_id: OrderId, change: OrderChange) -> ChangeView:
        if self.refusal is not None:
            raise self.refusal
        order = self.order_status(order_id)
        now = PlanView(children=(PlannedChild(size=order.size),), note="one order of all of it")
        moves = tuple(f"{name} {getattr(change, name)}" for name in change.fields)
        return ChangeView(moves=moves, risks=(), before=now, after=now)

    async def change_order(
        self, order_id: OrderId, change: OrderChange, shown: PlanView | None = None
    ) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.order_status(order_id)
        self.changes.append((order_id, change))

    async def cancel_order(self, order_id: OrderId) -> None:
        if self.proves_cancel:
            self.set_status(order_id, OrderStatus.CANCELLED)
        else:
            self.order_status(order_id)

    async def pause_order(self, order_id: OrderId) -> None:
        if self.proves_pause:
            self.set_status(order_id, OrderStatus.PAUSED)
        else:
            self.order_status(order_id)

    async def resume_order(self, order_id: OrderId) -> None:
        self.set_status(order_id, OrderStatus.ACTIVE)

    def order_status(self, order_id: OrderId) -> OrderView:
        if order_id not in self.orders or order_id in self.forgotten:
            raise UnknownOrderError(order_id)
        return self.orders[order_id]

    async def order_detail(self, order_id: OrderId) -> OrderDetail:
        if order_id not in self.orders:
            raise UnknownOrderError(order_id)
        order = self.orders[order_id]
        return OrderDetail(order=order, children=order.working, fills=(), adjustments=())

    async def all_orders(self) -> AsyncIterator[OrderView]:
        for order in self.list_orders():
            yield order

    def list_orders(self) -> tuple[OrderView, ...]:
        return tuple(reversed(self.orders.values()))

    # -- markets --

    async def list_markets(self, limit: int = 50) -> tuple[Market, ...]:
        return (MARKET,)[:limit]

    async def search_markets(self, text: str, limit: int = 20) -> tuple[Market, ...]:
        return (MARKET,)[:limit] if text in MARKET.slug else ()

    async def find_market(self, slug: str) -> Market:
        if not self.is_reachable:
            raise UnreachableError("connection refused")
        if slug != MARKET.slug:
            raise NotFoundError(404, f"GET http://127.0.0.1:9/markets/slug/{slug}: not found")
        return MARKET

    async def market_of(self, token_id: TokenId) -> Market:
        if not self.is_reachable:
            raise UnreachableError("connection refused")
        if all(token_id != outcome.token_id for outcome in MARKET.outcomes):
            raise NotFoundError(404, f"GET http://127.0.0.1:9/tokens/{token_id}: not found")
        return MARKET

    async def watch_market(self, market: Market) -> None:
        self.watched.append(market.slug)
        self.snapshots |= self.comes_when_watched

    async def unwatch_market(self, market: Market) -> None:
        self.watched.remove(market.slug)

    def snapshot(self, token_id: TokenId) -> MarketSnapshot | None:
        return self.snapshots.get(token_id)

    def changed_tokens(self) -> frozenset[TokenId]:
        return frozenset()

    # -- whole --

    def account(self) -> AccountView:
        bought = [order for order in self.orders.values() if order.filled]
        held = PositionView(
            token_id=TokenId("111"),
            slug=MARKET.slug if bought else "",
            outcome="Yes" if bought else "",
            size=3 * UNIT,
            spendable=2 * UNIT,
            bought=sum(order.filled for order in bought),
            cost=sum(order.paid + order.fees for order in bought),
        )
        return AccountView(
            address="0xme", cash=100 * UNIT, reserved=UNIT // 2, positions=(held,), at_ms=NOW_MS
        )

    def health(self) -> HealthView:
        is_running = self.stop.state is StopState.RUNNING
        return HealthView(
            venue=VenueName.DEMO,
            exchange="http://127.0.0.1:9",
            exchange_up=self.is_reachable,
            market_feed_up=True,
            user_feed_up=True,
            feed_age_ms=12,
            latency_ms=5.907809998461744,
            loop_lag_ms=0.5,
            running=len(self.orders),
            queued=0,
            unknown=0,
            open_children=0,
            exposure=12_500_000,
            stop=self.stop,
            can_trade=is_running,
            problem="" if is_running else "stopped",
        )

    def metrics(self) -> tuple[Family, ...]:
        count = Sample(len(self.requests), (("strategy", "all"),), "_total")
        return (Family("polyterm_orders_accepted", Kind.COUNTER, "Orders taken.", (count,)),)

    def newest_fact(self) -> int:
        return self.facts[-1].seq if self.facts else 0

    async def kept_after(self) -> int:
        return self.kept_from

    async def events(self, after: int | None = None) -> AsyncIterator[Event]:
        seen = len(self.facts) if after is None else after
        self.readers += 1
        try:
            while True:
                for fact in self.facts[seen:]:
                    seen = fact.seq
                    yield fact
                    if seen == self.goes_after:
                        raise PrunedError(seen, 7)
                await asyncio.sleep(0.005)
        finally:
            self.readers -= 1

    async def emergency_stop(self, reason: str = "asked for") -> None:
        state = StopState.STOPPED_VERIFIED if self.proves_stop else StopState.STOP_UNVERIFIED
        left = 0 if self.proves_stop else 2
        self.stop = StopView(state=state, since_ms=NOW_MS, open_orders=left, reason=reason)
        self._tell(Noticed(at_ms=NOW_MS, is_alarm=True, text=reason))

    async def rearm(self) -> None:
        if self.stop.state is StopState.STOP_UNVERIFIED:
            raise RefusedError([Complaint("", "not before the stop is verified")])
        self.stop = StopView()

    def set_status(self, order_id: OrderId, status: OrderStatus) -> None:
        """Let something become of an order."""
        order = self.order_status(order_id)
        self.orders[order_id] = msgspec.structs.replace(order, status=status)

    def _tell(self, fact: Event) -> None:
        self.facts.append(msgspec.structs.replace(fact, seq=len(self.facts) + 1))


def _view(order_id: OrderId, request: OrderRequest) -> OrderView:
    child = ChildView(
        child_id=ChildId("0xc1"),
        order_id=order_id,
        status=ChildStatus.LIVE,
        side=request.side,
        price=5_400,
        size=50 * UNIT,
        matched=10 * UNIT,
        order_type=OrderType.GTC,
        post_only=False,
        created_ms=NOW_MS,
        ended_ms=None,
        reason="rests",
    )
    return OrderView(
        order_id=order_id,
        token_id=request.token_id,
        slug=MARKET.slug,
        question=MARKET.question,
        outcome=MARKET.outcome(request.token_id).name,
        side=request.side,
        strategy=request.strategy,
        urgency=request.urgency,
        status=OrderStatus.PARTIALLY_FILLED,
        reason="working",
        size=request.size_units or 100 * UNIT,
        filled=10 * UNIT,
        unsettled=UNIT // 2,
        paid=parse_units("5.432"),
        fees=parse_units("0.0125"),
        worst_price=request.worst_price,
        tick=MARKET.tick,
        arrival=5_400.5,
        adjustments=2,
        working=(child,),
        children=1,
        created_ms=NOW_MS,
        ended_ms=None,
        deadline_ms=None,
        end_action=EndAction.CANCEL,
    )
