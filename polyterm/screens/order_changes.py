"""Changing orders from the console, and what each of them was before."""

from __future__ import annotations

from textual.screen import Screen

from polyterm.bridge import Desk
from polyterm.models.ids import OrderId
from polyterm.models.views import OrderView
from polyterm.screens.change import ChangeDialog
from polyterm.screens.order_values import OrderValues, values_of
from polyterm.widgets.numbers import short_id

_NOTICE_S = 10


class OrderChanges:
    """Opens the form on an order; what it changed can be typed back in by one key."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._former: dict[OrderId, OrderValues] = {}

    async def change(self, screen: Screen[None], shown: OrderView) -> None:
        """Let the trader change an order, and say what became of it."""
        # What the table shows may be a moment old, and `ctrl+z` must bring back what really was.
        order = self._desk.engine.order_status(shown.order_id)
        name = short_id(order.order_id)
        if order.status.is_final:
            screen.notify(f"Order {name} has ended already", markup=False)
            return
        form = ChangeDialog(self._desk, order, self._former.get(order.order_id))
        before = values_of(order)
        view = await screen.app.push_screen_wait(form)
        if view is None:
            return
        self._former[order.order_id] = before
        words = f"{', '.join(view.moves)}. To put it back: this form again, then ctrl+z."
        screen.notify(words, title=f"Order {name} changed", markup=False, timeout=_NOTICE_S)
