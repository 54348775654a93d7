"""The engine: puts its parts together, runs them, and answers for them.

A library class: given an exchange, a store, a clock and a random source, it needs no front end.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from random import Random
from types import TracebackType
from typing import Self

from polyterm.engine.account import Account, money_at_risk
from polyterm.engine.chores import Chores
from polyterm.engine.clock import Clock
from polyterm.engine.desk import Desk, Gate
from polyterm.engine.emergency_stop import EmergencyStop
from polyterm.engine.face import UnknownOrderError
from polyterm.engine.fill_tracker import FillTracker
from polyterm.engine.gauges import gauges, profit_of
from polyterm.engine.heartbeat import Heartbeat
from polyterm.engine.intake import Intake, summary
from polyterm.engine.journal import Journal
from polyterm.engine.link import Link
from polyterm.engine.live_settings import taken_over
from polyterm.engine.loop_lag import LoopLag
from polyterm.engine.market_monitor import MarketMonitor
from polyterm.engine.measured import EXCHANGE_HOPS, STORE_HOPS, measured
from polyterm.engine.metrics import Family, Metrics
from polyterm.engine.order_changes import apply_change
from polyterm.engine.order_register import OrderRegister
from polyterm.engine.own_orders import resting, taken_out
from polyterm.engine.parent import Child, Parent
from polyterm.engine.ports import Exchange, ExchangeError
from polyterm.engine.projector import order_detail, order_view
from polyterm.engine.prover import Prover
from polyterm.engine.reconciliation import Reconciler
from polyterm.engine.records import Store
from polyterm.engine.settings import EngineSettings, ExitPolicy, RestartPolicy
from polyterm.engine.weather import Weather
from polyterm.engine.workers import Workers
from polyterm.models.complaint import Complaint, RefusedError
from polyterm.models.enums import ChildStatus, OrderStatus, Side, VenueName
from polyterm.models.events import Event, Feed, FeedChanged, Noticed, OrderAccepted
from polyterm.models.ids import OrderId, TokenId
from polyterm.models.market import Market
from polyterm.models.money import Price, Size
from polyterm.models.order_change import OrderChange
from polyterm.models.order_request import OrderRequest
from polyterm.models.plan import PlanView
from polyterm.models.snapshot import MarketSnapshot, OwnOrder
from polyterm.models.views import AccountView, HealthView, OrderDetail, OrderView

_log = logging.getLogger(__name__)

_EXIT_PATIENCE_S = 20.0
_RESTART_PAUSE_S = 1.0
_HELD = "held after a restart: resume it to go on, or cancel it"


class Engine:
    """Works parent orders on an exchange; enter it to start, leave it to end in order."""

    def __init__(
        self,
        *,
        exchange: Exchange,
        store: Store,
        venue: VenueName,
        settings: EngineSettings,
        clock: Clock,
        random: Random,
    ) -> None:
        self._metrics = Metrics(lambda order_id: self._register.parents.get(order_id))
        exchange = measured(exchange, EXCHANGE_HOPS, self._metrics, clock)
        store = measured(store, STORE_HOPS, self._metrics, clock)
        self._exchange = exchange
        self._store = store
        self._venue = venue
        self._settings = settings
        self._clock = clock
        self._gate = Gate(clock)
        self._weather = Weather(clock)
        self._journal = Journal(store)
        self._register = OrderRegister(self._journal, clock, self._known_market)
        self._monitor = MarketMonitor(
            clock,
            stale_after_ms=round(settings.stale_after_s * 1000),
            own_orders=self._own_orders,
            taken_out=self._taken_out,
            on_change=self._book_changed,
            on_feed=lambda is_up, reason: self._feed_changed(Feed.MARKET, is_up, reason),
        )
        self._account = Account(exchange, self._register, self._monitor, clock)
        desk = Desk(
            exchange=exchange,
            journal=self._journal,
            register=self._register,
            monitor=self._monitor,
            account=self._account,
            settings=settings,
            clock=clock,
            gate=self._gate,
            weather=self._weather,
        )
        self._desk = desk
        self._intake = Intake(desk, random)
        self._workers = Workers(desk, on_ended=self._let_go)
        self._prover = Prover(desk)
        self._stop = EmergencyStop(desk)
        self._reconciler = Reconciler(desk)
        self._tracker = FillTracker(
            self._register,
            self._reconciler,
            on_feed=lambda is_up, reason: self._feed_changed(Feed.USER, is_up, reason),
        )
        self._chores = Chores(desk)
        self._link = Link(desk, self._reconciler, self._connected, self._take_up)
        self._heartbeat = Heartbeat(desk)
        self._lag = LoopLag(clock, self._gate)
        self._tasks: list[asyncio.Task[None]] = []
        self._followed: dict[OrderId, Market] = {}
        self.leave_orders_on_exit = settings.on_exit is ExitPolicy.LEAVE
        """Whether leaving the engine leaves children resting at the exchange."""
        self.more_gauges: list[Callable[[], Family]] = []
        """Readings of what stands around the engine, shown among its metrics."""

    # -- life --

    async def __aenter__(self) -> Self:
        saved = await self._store.load()
        self._journal.start_after(saved.last_seq)
        self._register.load(saved)
        self._register.on_trade = self._chores.note_trade
        self._register.on_late = self._take_back
        self._reconciler.start_from(saved.watermark_ms)
        self._stop.load(saved.stop)
        self._run("journal", self._journal.run)
        self._run("fence", self._stand_back)
        if saved.notice:
            notice = Noticed(at_ms=self._clock.now_ms(), is_alarm=True, text=saved.notice)
            self._journal.record(notice)
        self._run("market feed", lambda: self._exchange.run_market_feed(self._monitor))
        self._run("link", self._link.run)
        self._run("emergency stop", self._stop.run)
        self._run("book audit", self._chores.audit_books)
        self._run("market refresh", self._chores.refresh_markets)
        self._run("balances", self._chores.refresh_account)
        self._run("loop lag", self._lag.run)
        self._run("metrics", self._count_facts)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._gate.closing = True
        if not self.leave_orders_on_exit:
            await self._cancel_all_orders("polyterm was ended")
        await self._workers.drop()
        if not await self._journal.flush():
            _log.error("ended with facts that could not be written: %s", self._journal.problem)
        for task in reversed(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def ready(self) -> None:
        """Return once the exchange was compared with the journal, and orders may be sent."""
        await self._link.ready.wait()

    # -- orders --

    async def submit_order(self, request: OrderRequest) -> OrderId:
        """Check, write down, queue. Returns the id at once; `RefusedError` lists every reason."""
        repeated = self._intake.repeated(request)
        if repeated is not None:
            await self._journal.flush()
            return repeated
        market = await self._intake.find_market(request.token_id)
        self._follow(market)
        try:
            await self._intake.check(request, market)
        except RefusedError:
            self._unfollow(market)
            raise
        repeated = self._intake.repeated(request)
        if repeated is not None:
            # Another caller with the same key was faster while this one was being checked.
            self._unfollow(market)
            return repeated
        parent = self._intake.make_parent(request, market)
        self._followed[parent.order_id] = market
        self._register.add_parent(
            parent,
            OrderAccepted(
                at_ms=self._clock.now_ms(),
                order_id=parent.order_id,
                summary=summary(request, market, self._clock.now_ms()),
            ),
        )
        if not await self._journal.flush():
            reason = f"could not be written down: {self._journal.problem}"
            self._register.set_status(parent, OrderStatus.FAILED, reason)
            self._let_go(parent)
            raise RefusedError([Complaint("", reason)])
        self._workers.start(parent)
        return parent.order_id

    async def check_order(self, request: OrderRequest) -> None:
        """Run all checks of `submit_order` and accept nothing; `RefusedError` where it would."""
        market = await self._intake.find_market(request.token_id)
        self._follow(market)
        try:
            await self._intake.check(request, market)
        finally:
            self._unfollow(market)

    async def plan_order(self, request: OrderRequest) -> PlanView:
        """What the order would do, and where that differs from what it asks for."""
        market = await self._intake.find_market(request.token_id)
        self._follow(market)
        try:
            return await self._intake.plan(request, market)
        finally:
            self._unfollow(market)

    async def change_order(self, order_id: OrderId, change: OrderChange) -> None:
        """Set another size, limit, urgency or deadline; `RefusedError` names each bad field."""
        await self._follow_order(self._unfinished(order_id))
        apply_change(self._desk, self._unfinished(order_id), change)
        await self._journal.flush()

    async def cancel_order(self, order_id: OrderId) -> None:
        """Ask for the end of an order. It shows CANCELLED once the exchange has proved it."""
        parent = self._unfinished(order_id)
        self._call_off(parent, "cancelled by the trader")
        await self._journal.flush()

    async def pause_order(self, order_id: OrderId) -> None:
        """Take its children out of the book and hold it."""
        parent = self._unfinished(order_id)
        parent.pause_asked = True
        parent.wake.set()

    async def resume_order(self, order_id: OrderId) -> None:
        """Let a held order go on."""
        parent = self._parent(order_id)
        if parent.record.status not in {OrderStatus.PAUSED, OrderStatus.NEEDS_DECISION}:
            raise RefusedError([Complaint("order_id", f"is {parent.record.status}, not held")])
        if self._gate.closed_because:
            raise RefusedError([Complaint("", self._gate.closed_because)])
        await self._follow_order(parent)
        parent.pause_asked = False
        self._register.set_status(parent, OrderStatus.QUEUED, "resumed")
        self._workers.start(parent)

    def order_status(self, order_id: OrderId) -> OrderView:
        """One order; `UnknownOrderError`."""
        return order_view(self._parent(order_id))

    def order_detail(self, order_id: OrderId) -> OrderDetail:
        """One order with its children, fills and adjustments."""
        return order_detail(self._parent(order_id))

    def list_orders(self) -> tuple[OrderView, ...]:
        """All orders, newest first, those of earlier runs included."""
        return tuple(order_view(parent) for parent in reversed(self._register.parents.values()))

    # -- markets --

    async def list_markets(self, limit: int = 50) -> tuple[Market, ...]:
        """Tradable markets, largest volume first."""
        return await self._exchange.list_markets(limit)

    async def search_markets(self, text: str, limit: int = 20) -> tuple[Market, ...]:
        """Markets whose question or slug holds the text."""
        return await self._exchange.search_markets(text, limit)

    async def find_market(self, slug: str) -> Market:
        """One market by slug; `ExchangeError` where there is none."""
        return await self._exchange.market_by_slug(slug)

    async def market_of(self, token_id: TokenId) -> Market:
        """The market of a token; `ExchangeError` where there is none."""
        return self._monitor.market(token_id) or await self._exchange.market_by_token(token_id)

    async def watch_market(self, market: Market) -> None:
        """Follow both books of a market for as long as somebody watches it."""
        self._follow(market)

    async def unwatch_market(self, market: Market) -> None:
        """Stop following, unless an order works there or somebody else watches."""
        self._unfollow(market)

    def snapshot(self, token_id: TokenId) -> MarketSnapshot | None:
        """The newest picture of a followed token; nothing before it is known."""
        return self._monitor.snapshot(token_id)

    def changed_tokens(self) -> frozenset[TokenId]:
        """Tokens whose picture changed since the last call: ask once a frame."""
        return self._monitor.take_changed() | self._register.take_changed()

    # -- whole --

    def account(self) -> AccountView:
        """Money and shares."""
        return self._account.view()

    def health(self) -> HealthView:
        """Whether all is well, and if not, what is wrong."""
        open_children = [child for _, child in self._register.open_children()]
        seen_ms = self._monitor.last_frame_ms
        closed = self._journal.problem or self._gate.closed_because
        return HealthView(
            venue=self._venue,
            exchange=self._exchange.url,
            exchange_up=self._link.is_up,
            market_feed_up=self._monitor.is_up,
            user_feed_up=self._tracker.is_up,
            feed_age_ms=None if seen_ms is None else max(self._clock.now_ms() - seen_ms, 0),
            latency_ms=self._exchange.latency_ms,
            loop_lag_ms=self._lag.p99_ms,
            running=self._workers.running,
            queued=self._workers.queued,
            unknown=sum(child.status is ChildStatus.UNKNOWN for child in open_children),
            open_children=len(open_children),
            exposure=money_at_risk(self._register.parents.values()),
            stop=self._gate.stop,
            can_trade=not closed,
            problem=closed or self._weather.text(),
        )

    @property
    def settings(self) -> EngineSettings:
        """The limits and habits in force."""
        return self._desk.settings

    def take_settings(self, settings: EngineSettings) -> tuple[str, ...]:
        """Take over what may change while orders work; the names of what needs a restart."""
        self._desk.settings, waiting = taken_over(self._desk.settings, settings)
        self.leave_orders_on_exit = self._desk.settings.on_exit is ExitPolicy.LEAVE
        return waiting

    def metrics(self) -> tuple[Family, ...]:
        """What was counted in this run, and what is true now."""
        profit = profit_of(self.list_orders(), lambda token_id: self._monitor.top(token_id).micro)
        now = gauges(self.health(), self.account(), profit)
        return (*self._metrics.families(), *now, *(read() for read in self.more_gauges))

    def events(self, after: int | None = None) -> AsyncIterator[Event]:
        """Facts in order: from now on, or from the journal after that number."""
        return self._journal.events(after)

    async def emergency_stop(self, reason: str = "asked for") -> None:
        """Close the gate, cancel everything, read back until nothing is open (rule R8)."""
        self._stop.begin(reason)
        for parent in self._register.parents.values():
            if not parent.is_final:
                self._workers.start(parent)
        await self._stop.wait_proved()

    async def rearm(self) -> None:
        """Open the gate again after a verified stop; `RefusedError` before."""
        self._stop.rearm()
        await self._journal.flush()

    # -- inside: starting and ending --

    def _run(self, name: str, errand: Callable[[], Awaitable[None]]) -> None:
        self._tasks.append(asyncio.create_task(self._supervise(name, errand), name=name))

    async def _supervise(self, name: str, errand: Callable[[], Awaitable[None]]) -> None:
        """Keep a background errand alive: a bug in one must not take the others with it."""
        while True:
            try:
                await errand()
                return
            except Exception:  # noqa: BLE001 - the supervisor: logged, told, and begun again
                _log.exception("%s failed", name)
                text = f"{name} failed inside polyterm and was started again, see the log"
                self._journal.record(Noticed(at_ms=self._clock.now_ms(), is_alarm=True, text=text))
                await asyncio.sleep(_RESTART_PAUSE_S)

    async def _count_facts(self) -> None:
        async for event in self._journal.events():
            self._metrics.count(event)

    def _take_back(self, child: Child) -> None:
        """Cancel a child that came alive after it had been given up (rule R3's tombstone)."""

        async def withdraw() -> None:
            await self._prover.withdraw([child])

        self._run(f"late child {child.child_id[:10]}", withdraw)

    async def _stand_back(self) -> None:
        """Leave the orders alone once another polyterm has taken them over (rule R7)."""
        await self._journal.taken_over.wait()
        self.leave_orders_on_exit = True
        await self._workers.drop()

    async def _connected(self) -> None:
        self._run("user feed", lambda: self._exchange.run_user_feed(self._tracker))
        if self._settings.heartbeat:
            self._run("heartbeat", self._heartbeat.run)

    async def _take_up(self) -> None:
        """Go on with what an earlier run left, now that the exchange was compared."""
        self._run("reconciliation", self._reconciler.run)
        for parent in list(self._register.parents.values()):
            if parent.is_final:
                continue
            await self._follow_order(parent)
            was_at_work = parent.record.status not in {
                OrderStatus.PAUSED,
                OrderStatus.NEEDS_DECISION,
            }
            if parent.record.cancel_reason:
                self._workers.start(parent)
            elif was_at_work and self._settings.on_restart is RestartPolicy.HOLD:
                self._register.set_status(parent, OrderStatus.PAUSED, _HELD)
            elif was_at_work:
                self._workers.start(parent)

    async def _cancel_all_orders(self, reason: str) -> None:
        for parent in self._register.parents.values():
            if not parent.is_final:
                self._call_off(parent, reason)
        try:
            async with asyncio.timeout(_EXIT_PATIENCE_S):
                await self._workers.finish()
        except TimeoutError:
            left = sum(1 for _ in self._register.open_children())
            _log.error("ended with %d orders not proved cancelled; the next start goes on", left)

    # -- inside: orders and markets --

    def _parent(self, order_id: OrderId) -> Parent:
        try:
            return self._register.parents[order_id]
        except KeyError:
            raise UnknownOrderError(order_id) from None

    def _unfinished(self, order_id: OrderId) -> Parent:
        parent = self._parent(order_id)
        if parent.is_final:
            reason = f"has already ended: {parent.record.status}"
            raise RefusedError([Complaint("order_id", reason)])
        return parent

    def _call_off(self, parent: Parent, reason: str) -> None:
        parent.record.cancel_reason = parent.record.cancel_reason or reason
        self._register.save_parent(parent)
        self._workers.start(parent)

    async def _follow_order(self, parent: Parent) -> None:
        if parent.order_id in self._followed:
            return
        try:
            market = await self.market_of(parent.token_id)
        except ExchangeError as error:
            reason = f"its market cannot be found: {error}"
            self._register.set_status(parent, OrderStatus.NEEDS_DECISION, reason)
            return
        self._followed[parent.order_id] = market
        self._follow(market)

    def _let_go(self, parent: Parent) -> None:
        market = self._followed.pop(parent.order_id, None)
        if market is not None:
            self._unfollow(market)

    def _follow(self, market: Market) -> None:
        if self._monitor.add(market):
            self._exchange.watch(self._monitor.tokens)

    def _unfollow(self, market: Market) -> None:
        if self._monitor.remove(market):
            self._exchange.watch(self._monitor.tokens)

    def _own_orders(self, token_id: TokenId) -> Iterable[OwnOrder]:
        return resting(self._register, self._monitor, token_id)

    def _taken_out(self, token_id: TokenId) -> Iterable[tuple[Side, Price, Size]]:
        return taken_out(self._register, token_id)

    def _known_market(self, token_id: TokenId) -> Market | None:
        return self._monitor.market(token_id)

    # -- inside: news --

    def _book_changed(self, token_id: TokenId) -> None:
        for parent in self._register.at_work_on(token_id):
            parent.wake.set()

    def _feed_changed(self, feed: Feed, is_up: bool, reason: str) -> None:
        self._journal.record(
            FeedChanged(at_ms=self._clock.now_ms(), feed=feed, is_up=is_up, reason=reason)
        )
