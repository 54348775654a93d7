"""The engine: puts its parts together, runs them, and answers for them.

A library class: given an exchange, a store, a clock and a random source, it needs no front end.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from random import Random
from types import TracebackType
from typing import Self

from polyterm.engine.account import Account
from polyterm.engine.catalogue import Catalogue
from polyterm.engine.chores import Chores
from polyterm.engine.clock import Clock
from polyterm.engine.custody import Custody
from polyterm.engine.desk import Desk, Gate
from polyterm.engine.emergency_stop import EmergencyStop
from polyterm.engine.errands import Errands
from polyterm.engine.fill_tracker import FillTracker
from polyterm.engine.following import Following
from polyterm.engine.gauges import gauges, profit_of, tasks_gauge
from polyterm.engine.health import health_view
from polyterm.engine.heartbeat import Heartbeat
from polyterm.engine.intake import Intake
from polyterm.engine.journal import Journal
from polyterm.engine.late_news import LateNews
from polyterm.engine.link import Link
from polyterm.engine.live_settings import taken_over
from polyterm.engine.loop_lag import LoopLag
from polyterm.engine.market_monitor import MarketMonitor
from polyterm.engine.measured import EXCHANGE_HOPS, STORE_HOPS, measured
from polyterm.engine.metrics import Family, Metrics
from polyterm.engine.order_changes import apply_change, plan_change
from polyterm.engine.order_register import OrderRegister
from polyterm.engine.outside_stop import NoOutsideStop, OutsideStop
from polyterm.engine.own_orders import resting
from polyterm.engine.own_sizes import OwnBooks
from polyterm.engine.parent import Child
from polyterm.engine.past_orders import PastOrders
from polyterm.engine.ports import Exchange
from polyterm.engine.projector import order_detail
from polyterm.engine.prover import Prover
from polyterm.engine.reconciliation import Reconciler
from polyterm.engine.retirement import Retirement
from polyterm.engine.settings import EngineSettings, ExitPolicy
from polyterm.engine.store import Store
from polyterm.engine.weather import Weather
from polyterm.engine.workers import Workers
from polyterm.models.enums import VenueName
from polyterm.models.events import Event, Feed, FeedChanged, Noticed
from polyterm.models.ids import OrderId, TokenId
from polyterm.models.market import Market
from polyterm.models.order_change import OrderChange
from polyterm.models.order_request import OrderRequest
from polyterm.models.plan import ChangeView, PlanView
from polyterm.models.snapshot import MarketSnapshot
from polyterm.models.views import AccountView, HealthView, OrderDetail, OrderView

_log = logging.getLogger(__name__)


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
        outside_stop: OutsideStop | None = None,
    ) -> None:
        self._metrics = Metrics(lambda order_id: self._register.parents.get(order_id))
        exchange = measured(exchange, EXCHANGE_HOPS, self._metrics, clock)
        store = measured(store, STORE_HOPS, self._metrics, clock)
        self._exchange = exchange
        self._store = store
        self._venue = venue
        self._settings = settings
        self._clock = clock
        self._outside_stop = outside_stop
        self._gate = Gate(clock, outside_stop or NoOutsideStop())
        self._weather = Weather(clock)
        self._journal = Journal(store)
        self._register = OrderRegister(
            self._journal, clock, lambda token_id: self._monitor.market(token_id)
        )
        self._monitor = MarketMonitor(
            clock,
            stale_after_ms=round(settings.stale_after_s * 1000),
            own_orders=lambda token_id: resting(self._register, self._monitor, token_id),
            own_sizes=OwnBooks(self._register, clock).sizes,
            on_change=self._book_changed,
            on_feed=lambda is_up, reason: self._feed_changed(Feed.MARKET, is_up, reason),
        )
        self._account = Account(exchange, self._register, self._monitor, clock, self._journal)
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
        self._past = PastOrders(store)
        self._catalogue = Catalogue(self._register, self._past)
        self._following = Following(exchange, self._monitor, self._register)
        self._workers = Workers(desk, on_ended=self._following.let_go)
        self._intake = Intake(desk, random, self._catalogue, self._following, self._workers)
        self._custody = Custody(desk, self._workers, self._following)
        self._prover = Prover(desk)
        self._stop = EmergencyStop(desk)
        self._reconciler = Reconciler(desk)
        self._late_news = LateNews(desk, store, self._past)
        self._retirement = Retirement(desk, self._reconciler, self._past)
        self._tracker = FillTracker(
            self._register,
            self._reconciler,
            on_feed=lambda is_up, reason: self._feed_changed(Feed.USER, is_up, reason),
        )
        self._chores = Chores(desk)
        self._link = Link(desk, self._reconciler, self._connected, self._take_up)
        self._heartbeat = Heartbeat(desk)
        self._lag = LoopLag(clock, self._gate)
        self._errands = Errands(self._journal, clock)
        self.leave_orders_on_exit = settings.on_exit is ExitPolicy.LEAVE
        """Whether leaving the engine leaves children resting at the exchange."""
        self.more_gauges: list[Callable[[], Family]] = []
        """Readings of what stands around the engine, shown among its metrics."""
        self.on_fact: Callable[[Event], None] = lambda event: None
        """Called with every fact once it is written, to the engine's very end."""

    # -- life --

    async def __aenter__(self) -> Self:
        saved = await self._store.load()
        self._journal.start_after(saved.last_seq)
        self._register.load(saved)
        self._register.on_trade = self._chores.note_trade
        self._register.on_late = self._take_back
        self._register.on_stranger = self._late_news.hear
        unlisted = await self._past.load()
        self._reconciler.start_from(saved.watermark_ms)
        self._stop.load(saved.stop)
        self._stop.on_begun = self._custody.start_all
        self._errands.run("journal", self._journal.run)
        self._errands.run("fence", self._stand_back)
        for text in filter(None, (saved.notice, unlisted)):
            self._journal.record(Noticed(at_ms=self._clock.now_ms(), is_alarm=True, text=text))
        # What a stop of an earlier run makes of the orders is durable before anything is done.
        await self._journal.flush()
        self._errands.run("market feed", lambda: self._exchange.run_market_feed(self._monitor))
        self._errands.run("link", self._link.run)
        self._errands.run("emergency stop", self._stop.run)
        if self._outside_stop is not None:
            self._errands.run("outside stop", self._stop.listen)
        self._errands.run("book audit", self._chores.audit_books)
        self._errands.run("market refresh", self._chores.refresh_markets)
        self._errands.run("balances", self._chores.refresh_account)
        self._errands.run("loop lag", self._lag.run)
        self._errands.run("facts", self._take_note)
        self._errands.run("late news", self._late_news.run)
        self._errands.run("retirement", self._retirement.run)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._gate.closing = True
        if not self.leave_orders_on_exit:
            await self._custody.call_off_all("polyterm was ended")
        await self._workers.drop()
        if not await self._journal.flush():
            _log.error("ended with facts that could not be written: %s", self._journal.problem)
        # The last facts were told; whoever takes note of them has his turn before he is ended.
        await asyncio.sleep(0)
        await self._errands.end()

    async def ready(self) -> None:
        """Return once the exchange was compared with the journal, and orders may be sent."""
        await self._link.ready.wait()

    # -- orders --

    async def submit_order(self, request: OrderRequest, shown: PlanView | None = None) -> OrderId:
        """Check, write down, queue. Returns the id at once; `RefusedError` lists every reason."""
        return await self._intake.submit(request, shown)

    async def check_order(self, request: OrderRequest) -> None:
        """Run all checks of `submit_order` and accept nothing; `RefusedError` where it would."""
        await self._intake.check(request)

    async def order_by_key(self, key: str) -> OrderId | None:
        """The order that a `client_key` stands for; nothing where it was never taken."""
        parent = await self._catalogue.keyed(key)
        return None if parent is None else parent.order_id

    async def plan_order(self, request: OrderRequest) -> PlanView:
        """What the order would do, and where that differs from what it asks for."""
        return await self._intake.plan(request)

    async def plan_change(self, order_id: OrderId, change: OrderChange) -> ChangeView:
        """What a change would make of the order; changes nothing."""
        parent = await self._catalogue.unfinished(order_id)
        await self._following.follow_for(parent)
        return plan_change(self._desk, parent, change)

    async def change_order(
        self, order_id: OrderId, change: OrderChange, shown: PlanView | None = None
    ) -> None:
        """Set another size, limit, urgency or deadline; `RefusedError` names each bad field."""
        parent = await self._catalogue.unfinished(order_id)
        await self._following.follow_for(parent)
        apply_change(self._desk, parent, change, shown)
        await self._journal.flush()

    async def cancel_order(self, order_id: OrderId) -> None:
        """Ask for the end of an order. It shows CANCELLED once the exchange has proved it."""
        parent = await self._catalogue.unfinished(order_id)
        self._custody.call_off(parent, "cancelled by the trader")
        await self._journal.flush()

    async def pause_order(self, order_id: OrderId) -> None:
        """Take its children out of the book and hold it."""
        parent = await self._catalogue.unfinished(order_id)
        parent.pause_asked = True
        parent.wake.set()

    async def resume_order(self, order_id: OrderId) -> None:
        """Let a held order go on."""
        await self._custody.resume(await self._catalogue.find(order_id))

    def order_status(self, order_id: OrderId) -> OrderView:
        """One of the orders of `list_orders`; `UnknownOrderError`."""
        return self._catalogue.status(order_id)

    async def order_detail(self, order_id: OrderId) -> OrderDetail:
        """Any order with its children, fills and adjustments, however old; `UnknownOrderError`."""
        return order_detail(await self._catalogue.find(order_id))

    def list_orders(self) -> tuple[OrderView, ...]:
        """Orders at work and the newest that have ended, newest first, whichever run took them."""
        return self._catalogue.listed()

    def all_orders(self) -> AsyncIterator[OrderView]:
        """All orders of all runs that the journal still has, newest first."""
        return self._catalogue.every()

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
        return await self._following.market_of(token_id)

    async def watch_market(self, market: Market) -> None:
        """Follow both books of a market for as long as somebody watches it."""
        self._following.follow(market)

    async def unwatch_market(self, market: Market) -> None:
        """Stop following, unless an order works there or somebody else watches."""
        self._following.unfollow(market)

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
        return health_view(
            self._desk,
            venue=self._venue,
            link=self._link,
            tracker=self._tracker,
            workers=self._workers,
            lag=self._lag,
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
        totals, top = self._register.ledger, self._monitor.top
        profit = profit_of(totals, lambda token_id: top(token_id).micro)
        now = gauges(self.health(), self.account(), profit)
        around = (tasks_gauge(len(asyncio.all_tasks())), *(read() for read in self.more_gauges))
        return (*self._metrics.families(), *now, *around)

    def newest_fact(self) -> int:
        """The number of the newest fact in the journal; 0 where there is none."""
        return self._journal.last_seq

    async def kept_after(self) -> int:
        """The number after which every fact is still in the journal; 0 where all are."""
        return await self._store.kept_after()

    def events(self, after: int | None = None) -> AsyncIterator[Event]:
        """Facts in order: from now on, or from the journal after that number."""
        return self._journal.events(after)

    async def emergency_stop(self, reason: str = "asked for") -> None:
        """Close the gate, cancel everything, read back until nothing is open (rule R8)."""
        self._stop.begin(reason)
        await self._stop.wait_proved()

    async def rearm(self) -> None:
        """Open the gate again after a verified stop; `RefusedError` before."""
        self._stop.rearm()
        await self._journal.flush()

    # -- inside: starting and ending --

    async def _take_note(self) -> None:
        async for event in self._journal.events():
            self._metrics.count(event)
            self.on_fact(event)

    def _take_back(self, child: Child) -> None:
        """Cancel a child that came alive after it had been given up (rule R3's tombstone)."""

        async def withdraw() -> None:
            await self._prover.withdraw([child])

        self._stop.doubt(f"child {child.child_id[:10]} came alive after the proof")
        self._errands.run(f"late child {child.child_id[:10]}", withdraw)

    async def _stand_back(self) -> None:
        """Leave the orders alone once another polyterm has taken them over (rule R7)."""
        await self._journal.taken_over.wait()
        self.leave_orders_on_exit = True
        await self._workers.drop()

    async def _connected(self) -> None:
        self._errands.run("user feed", lambda: self._exchange.run_user_feed(self._tracker))
        if self._settings.heartbeat:
            self._errands.run("heartbeat", self._heartbeat.run)

    async def _take_up(self) -> None:
        self._errands.run("reconciliation", self._reconciler.run)
        self._stop.see_compared()
        await self._custody.take_up()

    # -- inside: news --

    def _book_changed(self, token_id: TokenId) -> None:
        self._account.book_moved(token_id)
        for parent in self._register.at_work_on(token_id):
            parent.wake.set()

    def _feed_changed(self, feed: Feed, is_up: bool, reason: str) -> None:
        self._journal.record(
            FeedChanged(at_ms=self._clock.now_ms(), feed=feed, is_up=is_up, reason=reason)
        )
