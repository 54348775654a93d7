"""One order with everything that happened under it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Footer, Static

from polyterm.bridge import BookViewer, Desk, Topic
from polyterm.engine.face import UnknownOrderError
from polyterm.engine.store import StoreError
from polyterm.models.ids import OrderId
from polyterm.models.money import format_dollars
from polyterm.models.snapshot import MarketSnapshot
from polyterm.models.views import (
    AdjustmentView,
    ChildView,
    FillView,
    OrderDetail,
    OrderView,
)
from polyterm.screens.commands import Scope, bindings_of
from polyterm.screens.order_changes import OrderChanges
from polyterm.screens.order_errands import cancel_order
from polyterm.screens.order_prices import OrderPrices
from polyterm.widgets.live_table import Column, LiveTable, Row
from polyterm.widgets.numbers import (
    NOTHING,
    average_text,
    bar_text,
    clock_text,
    micro_text,
    price_text,
    short_id,
    size_text,
)
from polyterm.widgets.order_table import STATUS_WORDS
from polyterm.widgets.price_trail import PriceTrail
from polyterm.widgets.venue_line import VenueLine

_PRICES_EVERY = 8
"""Frames between two looks at the prices."""
_TIME = Column("time", "Time", 8)
_PRICE = Column("price", "Price", 6, right=True)
_SIZE = Column("size", "Size", 10, right=True)
_CHILDREN = (
    _TIME,
    Column("id", "Child", 8, rank=2),
    Column("status", "Status", 13),
    _PRICE,
    _SIZE,
    Column("matched", "Matched", 10, right=True),
    Column("kind", "Type", 9, rank=1),
    Column("reason", "Reason", 8, grows=True),
)
_FILLS = (
    _TIME,
    Column("id", "Trade", 8, rank=1),
    _PRICE,
    _SIZE,
    Column("fee", "Fee", 8, right=True),
    Column("role", "Role", 5),
    Column("status", "Settlement", 12, grows=True),
)
_ADJUSTMENTS = (
    _TIME,
    Column("number", "#", 3, right=True),
    Column("move", "Move", 15),
    _SIZE,
    Column("reason", "Reason", 8, grows=True),
)


class OrderScreen(Screen[None]):
    """Children, fills and adjustments with their reasons, and cost against arrival."""

    SCOPE = Scope.ORDER
    BINDINGS: ClassVar = [*bindings_of(Scope.ORDER)]

    def __init__(
        self, desk: Desk, order_id: OrderId, changes: OrderChanges, trail: PriceTrail
    ) -> None:
        super().__init__()
        self._desk, self._order_id, self._changes = desk, order_id, changes
        self._detail: OrderDetail | None = None
        """As it was last looked at."""
        self._prices = OrderPrices(desk, trail)
        self._venue = VenueLine(desk.venue)
        self._summary = Static("", id="order-summary", markup=False, classes="pane")
        self._children = LiveTable(_CHILDREN)
        self._fills = LiveTable(_FILLS)
        self._adjustments = LiveTable(_ADJUSTMENTS)

    def compose(self) -> ComposeResult:
        yield self._venue
        yield self._summary
        yield self._prices
        with Vertical(id="order-tables"):
            for title, table in (
                ("Children", self._children),
                ("Fills", self._fills),
                ("Adjustments", self._adjustments),
            ):
                table.border_title = title
                table.add_class("pane")
                yield table
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self._summary.border_title = f"Order {short_id(self._order_id)}"
        self._venue.show_exchange(self._desk.engine.health().exchange)
        self._desk.pump.watch(self, Topic.ORDERS, self._orders_changed)
        token_id = self._desk.engine.order_status(self._order_id).token_id
        seen = BookViewer(token_id, self._show_prices, self._is_seen, _PRICES_EVERY)
        self._desk.pump.watch_book(self, seen)

    def on_unmount(self) -> None:
        self._desk.pump.forget(self)

    def action_back(self) -> None:
        """Go back to the trade screen."""
        self.dismiss(None)

    @work
    async def action_cancel_order(self) -> None:
        """Ask, then cancel the order of this page."""
        if self._detail is not None:
            await cancel_order(self, self._desk, self._detail.order, asks=True)

    @work
    async def action_change_order(self) -> None:
        """Open the form that changes the order of this page."""
        if self._detail is not None:
            await self._changes.change(self, self._detail.order)

    def _orders_changed(self, orders: Sequence[OrderView]) -> None:
        known = None if self._detail is None else self._detail.order
        if known is None or known not in orders or not known.status.is_final or known.unsettled:
            self._look()

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        """Look at the order anew; one that ended long ago is read from the journal."""
        try:
            detail = await self._desk.engine.order_detail(self._order_id)
        except (StoreError, UnknownOrderError) as error:
            self._summary.update(Text(f"✗ It cannot be shown: {error}"))
            return
        self._detail = detail
        self._show(detail)
        self._show_prices(self._desk.engine.snapshot(detail.order.token_id))

    def _show(self, detail: OrderDetail) -> None:
        tick = detail.order.tick
        self._summary.update(summary_text(detail.order))
        self._children.show_rows(
            {child.child_id: _child_row(child, tick) for child in detail.children}
        )
        self._fills.show_rows(
            {f"{fill.trade_id} {fill.child_id}": _fill_row(fill, tick) for fill in detail.fills}
        )
        self._adjustments.show_rows(
            {str(move.number): _adjustment_row(move, tick) for move in detail.adjustments}
        )
        self._count(detail)

    def _show_prices(self, snapshot: MarketSnapshot | None) -> None:
        if self._detail is not None:
            self._prices.show_prices(self._detail, snapshot)

    def _is_seen(self) -> bool:
        return self.app.screen is self

    def _count(self, detail: OrderDetail) -> None:
        self._children.border_subtitle = str(len(detail.children))
        self._fills.border_subtitle = str(len(detail.fills))
        self._adjustments.border_subtitle = str(len(detail.adjustments))


def summary_text(order: OrderView) -> Text:
    """The order at a glance, four lines."""
    cost = order.arrival_cost_cents
    paid = NOTHING if cost is None else f"{cost:+.2f}¢ a share, {_cost_words(order)}"
    return Text("\n").join(
        [
            Text(order.question, style="bold", no_wrap=True, overflow="ellipsis"),
            Text(
                f"{order.side} {size_text(order.size)} {order.outcome}"
                f" · {order.strategy.replace('_', '-')}, {order.urgency.lower()} urgency"
                f" · limit {price_text(order.worst_price, order.tick)}"
            ),
            Text(
                f"{STATUS_WORDS[order.status]} {bar_text(order.progress, 10)}"
                f" {size_text(order.filled)} filled at {average_text(order.average_price)}"
                f" · {order.reason}"
            ),
            Text(
                f"arrival {micro_text(order.arrival)} · cost against it {paid}"
                f" · fees {format_dollars(order.fees)} · {order.adjustments} adjustments"
            ),
        ]
    )


def _cost_words(order: OrderView) -> str:
    cost = order.arrival_cost or 0
    return f"{format_dollars(abs(cost))} {'worse' if cost > 0 else 'better'} than arrival"


def _child_row(child: ChildView, tick: int) -> Row:
    kind = f"{child.order_type}{' post' if child.post_only else ''}"
    return {
        "time": Text(clock_text(child.created_ms)),
        "id": Text(child.child_id[-8:]),
        "status": Text(child.status.replace("_", " ").lower()),
        "price": Text(price_text(child.price, tick)),
        "size": Text(size_text(child.size)),
        "matched": Text(size_text(child.matched)),
        "kind": Text(kind),
        "reason": Text(child.reason),
    }


def _fill_row(fill: FillView, tick: int) -> Row:
    return {
        "time": Text(clock_text(fill.at_ms)),
        "id": Text(fill.trade_id[-8:]),
        "price": Text(price_text(fill.price, tick)),
        "size": Text(size_text(fill.size)),
        "fee": Text(format_dollars(fill.fee)),
        "role": Text("maker" if fill.is_maker else "taker"),
        "status": Text(fill.status.lower()),
    }


def _adjustment_row(move: AdjustmentView, tick: int) -> Row:
    return {
        "time": Text(clock_text(move.at_ms)),
        "number": Text(str(move.number)),
        "move": Text(f"{price_text(move.old_price, tick)} → {price_text(move.new_price, tick)}"),
        "size": Text(size_text(move.size)),
        "reason": Text(move.reason),
    }
