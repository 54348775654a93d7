"""The way of a request to the engine, with the questions that come before it."""

from __future__ import annotations

from textual.app import App

from polyterm.bridge import Desk
from polyterm.models.complaint import RefusedError
from polyterm.models.ids import OrderId
from polyterm.models.money import format_price
from polyterm.models.order_request import OrderRequest
from polyterm.screens.confirm import ConfirmDialog, TypedWordDialog

_REAL_MONEY = (
    "This is the live exchange. The order you are about to submit will be signed with your key "
    "and traded for real dollars, and its fills cannot be taken back.\n\n"
    "polyterm will place, move and cancel orders by itself until it is done, its limit is "
    "reached, or you stop it: ctrl+x cancels everything, at any time.\n"
)


class Submission:
    """Submits requests one at a time; asks once a session about real money."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._is_warned = not desk.venue.is_real_money
        self._is_busy = False

    async def send(self, app: App[object], request: OrderRequest) -> OrderId | None:
        """Submit; nothing where the trader thought better of it, `RefusedError` where refused.

        A second call while one is under way does nothing, so that a key pressed twice is one order.
        """
        if self._is_busy:
            return None
        self._is_busy = True
        try:
            return await self._ask_and_send(app, request)
        finally:
            self._is_busy = False

    async def _ask_and_send(self, app: App[object], request: OrderRequest) -> OrderId | None:
        if not await self._knows_it_is_real(app):
            return None
        try:
            return await self._desk.engine.submit_order(request)
        except RefusedError as refusal:
            if {complaint.field for complaint in refusal.complaints} != {"confirmed"}:
                raise
            reasons = "\n".join(complaint.reason for complaint in refusal.complaints)
        question = ConfirmDialog("Large order", f"{_words(request)}\n{reasons}", "Submit", "Do not")
        if not await app.push_screen_wait(question):
            return None
        return await self._desk.engine.submit_order(request.model_copy(update={"confirmed": True}))

    async def _knows_it_is_real(self, app: App[object]) -> bool:
        if not self._is_warned:
            notice = TypedWordDialog("▲ REAL MONEY", _REAL_MONEY, "LIVE")
            self._is_warned = bool(await app.push_screen_wait(notice))
        return self._is_warned


def _words(request: OrderRequest) -> str:
    size = "a size by Kelly" if request.size is None else f"{request.size:,} shares"
    return f"{request.side} {size}, limit {format_price(request.worst_price)}:"
