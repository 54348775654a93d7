"""The trade screen: markets, book, ticket, orders, log and status in one place."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen, Screen
from textual.widgets import DataTable, Footer, Label

from polyterm.bridge import BookViewer, Desk, Topic
from polyterm.engine.ports import ExchangeError
from polyterm.models.complaint import RefusedError
from polyterm.models.events import Event, ExchangeChanged
from polyterm.models.ids import OrderId, TokenId
from polyterm.models.market import Market
from polyterm.models.order_request import OrderRequest
from polyterm.models.plan import PlanView
from polyterm.models.snapshot import MarketSnapshot
from polyterm.models.views import AccountView, HealthView, OrderView
from polyterm.screens.commands import Scope, bindings_of
from polyterm.screens.drafting import draft_of
from polyterm.screens.following import MAX_LISTED, Following
from polyterm.screens.kelly import KellyDialog
from polyterm.screens.order_changes import OrderChanges
from polyterm.screens.order_detail import OrderScreen
from polyterm.screens.order_errands import cancel_order, pause_or_resume
from polyterm.screens.submission import Submission
from polyterm.widgets.fact_log import FactLog
from polyterm.widgets.ladder import Ladder
from polyterm.widgets.market_list import MarketList
from polyterm.widgets.numbers import short_id
from polyterm.widgets.order_table import OrderTable
from polyterm.widgets.price_trail import EVERY_MS, PriceTrails
from polyterm.widgets.status_bar import StatusBar
from polyterm.widgets.ticket import Ticket
from polyterm.widgets.trust import book_notice
from polyterm.widgets.venue_line import VenueLine

_LIST_EVERY = 8
"""Frames between two looks at a price of the list."""


class TradeScreen(Screen[None]):
    """Where a trader lives."""

    SCOPE = Scope.TRADE
    AUTO_FOCUS = "MarketList OptionList"
    BINDINGS: ClassVar = [*bindings_of(Scope.TRADE)]

    def __init__(
        self,
        desk: Desk,
        markets: Awaitable[Sequence[Market]] | None = None,
        on_first_book: Callable[[], None] | None = None,
    ) -> None:
        """`markets` are the first to list, if they were asked for already."""
        super().__init__(classes="-view-markets")
        self._desk = desk
        self._first_markets = markets
        self._on_first_book = on_first_book
        self._submission = Submission(desk)
        self._changes = OrderChanges(desk)
        self._trails = PriceTrails(desk.engine, desk.clock)
        self._following = Following(desk.engine)
        self._market: Market | None = None
        self._token_id: TokenId | None = None
        self._health: HealthView | None = None
        self._view = "markets"
        self._venue = VenueLine(desk.venue)
        self._problem = Label("", id="problem", markup=False)
        self._markets = MarketList(id="markets")
        self._ladder = Ladder(id="book")
        self._ticket = Ticket(id="ticket")
        self._log = FactLog(id="log")
        self._orders = OrderTable(id="orders")
        self._status = StatusBar(id="status")

    def compose(self) -> ComposeResult:
        for pane in (self._markets, self._ladder, self._ticket, self._log, self._orders):
            pane.add_class("pane")
        yield self._venue
        yield self._problem
        with Horizontal(id="desk"):
            yield self._markets
            yield self._ladder
            with Vertical(id="right"):
                yield self._ticket
                yield self._log
        yield self._orders
        yield self._status
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        pump = self._desk.pump
        pump.watch(self, Topic.HEALTH, self._show_health)
        pump.watch(self, Topic.ACCOUNT, self._show_account)
        pump.watch(self, Topic.ORDERS, self._show_orders)
        self.set_interval(EVERY_MS / 1000, self._trails.look, name="price trails")
        self._load_markets("")

    # -- facts and state --

    def add_fact(self, event: Event) -> None:
        """Take a fact from the engine."""
        self._log.add(event)
        if isinstance(event, ExchangeChanged) and event.is_reachable and not self._markets.markets:
            self._load_markets("")

    def _show_health(self, health: HealthView) -> None:
        self._health = health
        self._status.show_health(health)
        self._venue.show_exchange(health.exchange)
        self._problem.display = bool(health.problem)
        self._problem.update(f"▲ {health.problem}")
        if self._token_id is not None:
            self._show_book(self._desk.engine.snapshot(self._token_id))

    def _show_account(self, account: AccountView) -> None:
        self._status.show_account(account)

    def _show_orders(self, orders: tuple[OrderView, ...]) -> None:
        self._orders.show_orders(orders)
        self._trails.follow(orders)
        self._markets.mark_own(
            frozenset(order.token_id for order in orders if not order.status.is_final)
        )

    def _show_book(self, snapshot: MarketSnapshot | None) -> None:
        self._ladder.show(snapshot, book_notice(snapshot, self._health))

    # -- markets --

    @on(MarketList.Searched)
    def _search_markets(self, event: MarketList.Searched) -> None:
        self._load_markets(event.text)

    @work(exclusive=True, group="markets")
    async def _load_markets(self, text: str) -> None:
        try:
            markets = await self._find_markets(text)
        except ExchangeError as error:
            self.notify(f"No markets: {error}", severity="warning", markup=False)
            return
        self._markets.show_markets(markets)
        if self._market is None and markets:
            self._pick(markets[0])
        else:
            self._follow()

    def _find_markets(self, text: str) -> Awaitable[Sequence[Market]]:
        first, self._first_markets = self._first_markets, None
        if text:
            return self._desk.engine.search_markets(text)
        return self._desk.engine.list_markets() if first is None else first

    @on(Ladder.LevelsShown)
    def _tell_first_book(self) -> None:
        if self._on_first_book is not None:
            self.call_after_refresh(self._on_first_book)

    @on(MarketList.Picked)
    def _picked_market(self, event: MarketList.Picked) -> None:
        self._pick(event.market)

    def _pick(self, market: Market) -> None:
        self._aim(market, market.outcomes[0].token_id)
        self._follow()

    def _aim(self, market: Market, token_id: TokenId) -> None:
        outcome = market.outcome(token_id).name
        self._market, self._token_id = market, token_id
        self._ladder.border_title = Text(f"{outcome} · {market.question}")
        self._ticket.aim(token_id, outcome)
        self._markets.mark_shown(market)
        self._show_book(self._desk.engine.snapshot(token_id))
        viewer = BookViewer(token_id, self._show_book, lambda: self._sees(self._ladder))
        self._desk.pump.watch_book("ladder", viewer)

    @work(exclusive=True, group="follow")
    async def _follow(self) -> None:
        listed = self._markets.markets[:MAX_LISTED]
        await self._following.look_at(listed, self._market)
        for place in range(MAX_LISTED):
            self._desk.pump.forget(("list", place))
        for place, market in enumerate(listed):
            token_id = market.outcomes[0].token_id
            viewer = BookViewer(token_id, self._show_price, self._sees_markets, _LIST_EVERY)
            self._desk.pump.watch_book(("list", place), viewer)

    def _show_price(self, snapshot: MarketSnapshot) -> None:
        self._markets.show_price(snapshot)

    def _sees_markets(self) -> bool:
        return self._sees(self._markets)

    def _sees(self, pane: Ladder | MarketList) -> bool:
        stack = self.app.screen_stack
        above = stack[stack.index(self) + 1 :] if self in stack else stack
        return bool(pane.size) and all(isinstance(screen, ModalScreen) for screen in above)

    # -- orders --

    @on(Ladder.PricePicked)
    def _limit_from_book(self, event: Ladder.PricePicked) -> None:
        self._ticket.set_limit(event.price)

    @on(Ticket.Drafted)
    def _plan_ticket(self, event: Ticket.Drafted) -> None:
        self._draft(event.request)

    @work(exclusive=True, group="draft")
    async def _draft(self, request: OrderRequest | None) -> None:
        if request is not None:
            self._ticket.show_draft(request, await draft_of(self._desk.engine, request))

    @on(Ticket.Submitted)
    def _submit_ticket(self, event: Ticket.Submitted) -> None:
        self._send(event.request, event.shown)

    @work
    async def _send(self, request: OrderRequest, shown: PlanView | None) -> None:
        try:
            order_id = await self._submit(request, shown)
        except RefusedError as refusal:
            self._ticket.show_refusal(refusal.complaints)
            return
        if order_id is not None:
            self._ticket.reset()

    async def _submit(self, request: OrderRequest, shown: PlanView | None = None) -> OrderId | None:
        order_id = await self._submission.send(self.app, request, shown)
        if order_id is not None:
            self.notify(f"Order {short_id(order_id)} is accepted", markup=False, timeout=3)
        return order_id

    @on(DataTable.RowSelected, "#orders")
    def _open_row(self) -> None:
        self.action_open_order()

    # -- commands --

    def action_view(self, name: str) -> None:
        """Go to a pane; where the terminal is narrow, bring it on screen."""
        self._turn_to(name)
        if name == "markets":
            self._markets.focus_list()
        else:
            self.query_one(f"#{name}").focus()

    def action_new_order(self) -> None:
        """Go to the ticket."""
        self._turn_to("ticket")
        self._ticket.start()

    def action_leave_ticket(self) -> None:
        """Go from the ticket to the book, where single keys are commands again."""
        self._ladder.focus()

    def action_submit(self) -> None:
        """Submit the ticket."""
        self._ticket.submit()

    def action_search(self) -> None:
        """Search the markets."""
        self._turn_to("markets")
        self._markets.start_search()

    def action_flip_outcome(self) -> None:
        """Show the other outcome."""
        if self._market is not None and self._token_id is not None:
            self._aim(self._market, self._market.opposite(self._token_id).token_id)

    def action_kelly(self) -> None:
        """Open the Kelly form for the outcome on screen."""
        snapshot = self._desk.engine.snapshot(self._token_id) if self._token_id else None
        if snapshot is None:
            self.notify("Pick a market first", markup=False)
            return
        self.app.push_screen(KellyDialog(self._desk, snapshot, self._submit))

    def action_toggle_finished(self) -> None:
        """Show or hide orders that have ended."""
        self._orders.toggle_finished()

    def action_open_order(self) -> None:
        """Open the page of the picked order."""
        order = self._picked_order()
        if order is not None:
            self.app.push_screen(self._order_page(order.order_id))

    def _order_page(self, order_id: OrderId) -> OrderScreen:
        return OrderScreen(self._desk, order_id, self._changes, self._trails.of(order_id))

    @work
    async def action_cancel_order(self) -> None:
        """Cancel the picked order; asks where the table has no focus, or money is real."""
        order = self._picked_order()
        if order is not None:
            asks = self._desk.venue.is_real_money or not self._orders.has_focus
            await cancel_order(self, self._desk, order, asks=asks)

    @work
    async def action_change_order(self) -> None:
        """Open the form that changes the picked order."""
        order = self._picked_order()
        if order is not None:
            await self._changes.change(self, order)

    @work
    async def action_pause_order(self) -> None:
        """Pause the picked order, or let it go on."""
        order = self._picked_order()
        if order is not None:
            await pause_or_resume(self, self._desk, order)

    def _picked_order(self) -> OrderView | None:
        order = self._orders.picked_order
        if order is None:
            self.notify("No order is picked", markup=False)
        return order

    def _turn_to(self, name: str) -> None:
        if name == self._view:
            return
        # One pass of styles for both: a class of the screen restyles all that is in it.
        with self.app.batch_update():
            self.remove_class(f"-view-{self._view}", update=False)
            self._view = name
            self.add_class(f"-view-{name}")
