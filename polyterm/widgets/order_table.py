"""The queue of orders: a row each, the running ones first."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from polyterm.models.enums import OrderStatus, Side
from polyterm.models.ids import OrderId
from polyterm.models.views import OrderView
from polyterm.widgets.live_table import Column, LiveTable, Row
from polyterm.widgets.numbers import (
    NOTHING,
    average_text,
    bar_text,
    price_text,
    short_id,
    size_text,
)

STATUS_WORDS = {
    OrderStatus.QUEUED: "queued",
    OrderStatus.ACTIVE: "active",
    OrderStatus.PARTIALLY_FILLED: "filling",
    OrderStatus.PAUSED: "paused",
    OrderStatus.NEEDS_DECISION: "needs you",
    OrderStatus.COMPLETED: "done",
    OrderStatus.CANCELLED: "cancelled",
    OrderStatus.FAILED: "failed",
}
_BAR_WIDTH = 5
_COLUMNS = (
    Column("id", "Order", 6),
    Column("status", "Status", 9),
    Column("side", "Side", 4),
    Column("strategy", "Strategy", 11, rank=5),
    Column("market", "Market", 14, grows=True),
    Column("outcome", "For", 5, rank=2),
    Column("size", "Size", 8, rank=2, right=True),
    Column("filled", "Filled", _BAR_WIDTH + 5),
    Column("average", "Avg", 6, rank=3, right=True),
    Column("limit", "Limit", 6, rank=3, right=True),
    Column("working", "Now at", 6, rank=1, right=True),
    Column("adjustments", "Adj", 3, rank=4, right=True),
    Column("reason", "Reason", 18, grows=True),
)


class OrderTable(LiveTable):
    """Orders with their progress and the reason for where they stand."""

    BORDER_TITLE = "Orders"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(_COLUMNS, id=id)
        self._orders: tuple[OrderView, ...] = ()
        self._shows_finished = False
        self._made: dict[str, tuple[OrderView, Row]] = {}

    @property
    def picked_order(self) -> OrderView | None:
        """The order under the cursor."""
        picked = self.picked
        return next((order for order in self._orders if order.order_id == picked), None)

    def show_orders(self, orders: tuple[OrderView, ...]) -> None:
        """Show the orders: running ones, and below them the finished if these are wanted."""
        self._orders = orders
        running = [order for order in orders if not order.status.is_final]
        finished = [order for order in orders if order.status.is_final]
        shown = running + finished if self._shows_finished else running
        self._made = {order.order_id: (order, self._row(order)) for order in shown}
        self.show_rows({order_id: row for order_id, (_, row) in self._made.items()})
        word = "shown" if self._shows_finished else "hidden"
        self.border_subtitle = f"{len(running)} running · {len(finished)} finished, {word}"

    def _row(self, order: OrderView) -> Row:
        known = self._made.get(order.order_id)
        return known[1] if known is not None and known[0] == order else order_row(order)

    def toggle_finished(self) -> None:
        """Show or hide the orders that have ended."""
        self._shows_finished = not self._shows_finished
        self.show_orders(self._orders)

    def pick(self, order_id: OrderId) -> None:
        """Put the cursor on an order."""
        self.move_cursor(row=self.get_row_index(order_id), animate=False)


def order_row(order: OrderView) -> Row:
    """One order as cells of text, never as markup."""
    side = "BUY" if order.side is Side.BUY else "SELL"
    return {
        "id": Text(short_id(order.order_id)),
        "status": Text(STATUS_WORDS[order.status]),
        "side": Text(side),
        "strategy": Text(order.strategy.replace("_", "-")),
        "market": Text(order.question),
        "outcome": Text(order.outcome),
        "size": Text(size_text(order.size, 8)),
        "filled": Text(f"{bar_text(order.progress, _BAR_WIDTH)} {order.progress:4.0%}"),
        "average": Text(average_text(order.average_price)[:6]),
        "limit": Text(price_text(order.worst_price, order.tick)),
        "working": Text(working_text(order)),
        "adjustments": Text(str(order.adjustments)),
        "reason": Text(order.reason),
    }


def working_text(order: OrderView) -> str:
    """Prices of the children that may still trade, the best of ours first."""
    prices: Iterable[int] = sorted(
        {child.price for child in order.working}, reverse=order.side is Side.BUY
    )
    words = [price_text(price, order.tick) for price in prices]
    if not words:
        return NOTHING
    return words[0] if len(words) == 1 else f"{words[0]}+{len(words) - 1}"
