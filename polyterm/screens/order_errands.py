"""What a trader does to an order at work: cancel it, hold it, let it go on."""

from __future__ import annotations

from textual.screen import Screen

from polyterm.bridge import Desk
from polyterm.models.complaint import RefusedError
from polyterm.models.enums import OrderStatus
from polyterm.models.views import OrderView
from polyterm.screens.confirm import ConfirmDialog
from polyterm.widgets.numbers import price_text, short_id, size_text

_HELD = frozenset({OrderStatus.PAUSED, OrderStatus.NEEDS_DECISION})


async def cancel_order(screen: Screen[None], desk: Desk, order: OrderView, *, asks: bool) -> None:
    """Cancel an order, after a question where `asks`."""
    if order.status.is_final:
        screen.notify(f"Order {short_id(order.order_id)} has ended already", markup=False)
        return
    question = ConfirmDialog("Cancel order", describe(order), "Cancel it")
    if asks and not await screen.app.push_screen_wait(question):
        return
    try:
        await desk.engine.cancel_order(order.order_id)
    except RefusedError as refusal:
        screen.notify(str(refusal), severity="error", markup=False)


async def pause_or_resume(screen: Screen[None], desk: Desk, order: OrderView) -> None:
    """Hold an order that works, or let a held one go on."""
    if order.status.is_final:
        screen.notify(f"Order {short_id(order.order_id)} has ended already", markup=False)
        return
    act = desk.engine.resume_order if order.status in _HELD else desk.engine.pause_order
    try:
        await act(order.order_id)
    except RefusedError as refusal:
        screen.notify(str(refusal), severity="error", markup=False)


def describe(order: OrderView) -> str:
    """The order in two lines, for a question about it."""
    return (
        f"{order.side} {size_text(order.size)} {order.outcome}, limit "
        f"{price_text(order.worst_price, order.tick)}: {order.question}\n"
        f"{size_text(order.filled)} filled, {size_text(order.remaining)} still wanted."
    )
