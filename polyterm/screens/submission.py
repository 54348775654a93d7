"""The way of a request to the engine, with the questions that come before it."""

from __future__ import annotations

from textual.app import App

from polyterm.bridge import Desk
from polyterm.engine.face import PlanChangedError
from polyterm.models.complaint import Complaint, RefusedError
from polyterm.models.ids import OrderId
from polyterm.models.money import format_price
from polyterm.models.order_request import OrderRequest
from polyterm.models.plan import PlanView
from polyterm.models.plan_words import plan_text
from polyterm.screens.confirm import ConfirmDialog, TypedWordDialog
from polyterm.strategies.registry import STRATEGIES

_REAL_MONEY = (
    "This is the live exchange. The order you are about to submit will be signed with your key "
    "and traded for real dollars, and its fills cannot be taken back.\n\n"
    "polyterm will place, move and cancel orders by itself until it is done, its limit is "
    "reached, or you stop it: ctrl+x cancels everything, at any time.\n"
)
_REWRITTEN = "Not quite as asked"
_MOVED = "The plan is another one now"


class Submission:
    """Submits requests one at a time; asks once a session about real money."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._is_warned = not desk.venue.is_real_money
        self._is_busy = False

    async def send(
        self, app: App[object], request: OrderRequest, shown: PlanView | None = None
    ) -> OrderId | None:
        """Submit; nothing where the trader thought better of it, `RefusedError` where refused.

        `shown` is the plan that was on screen: under another one it is sent only after a question.
        A second call while one is under way does nothing, so that a key pressed twice is one order.
        """
        if self._is_busy:
            return None
        self._is_busy = True
        try:
            return await self._ask_and_send(app, request, shown)
        finally:
            self._is_busy = False

    async def _ask_and_send(
        self, app: App[object], request: OrderRequest, shown: PlanView | None
    ) -> OrderId | None:
        if not await self._knows_it_is_real(app):
            return None
        plan = await self._desk.engine.plan_order(request)
        is_moved = shown is not None and not plan.is_as_shown(shown)
        question = _MOVED if is_moved else _REWRITTEN if plan.changes else ""
        reasons = await self._reasons_to_ask(request) if question else ()
        while True:
            if question:
                doubts = (f"▲ {reason}" for reason in reasons)
                words = "\n".join((_words(request), plan_text(plan), *doubts))
                answer = ConfirmDialog(question, words, "Submit", "Do not")
                if not await app.push_screen_wait(answer):
                    return None
                request = request.model_copy(update={"confirmed": bool(reasons)})
            try:
                return await self._desk.engine.submit_order(request, plan)
            except PlanChangedError:
                plan, question = await self._desk.engine.plan_order(request), _MOVED
            except RefusedError as refusal:
                reasons, question = _reasons(refusal.complaints), "Large order"
                if not reasons:
                    raise

    async def _reasons_to_ask(self, request: OrderRequest) -> tuple[str, ...]:
        try:
            await self._desk.engine.check_order(request)
        except RefusedError as refusal:
            if reasons := _reasons(refusal.complaints):
                return reasons
            raise
        return ()

    async def _knows_it_is_real(self, app: App[object]) -> bool:
        if not self._is_warned:
            notice = TypedWordDialog("▲ REAL MONEY", _REAL_MONEY, "LIVE")
            self._is_warned = bool(await app.push_screen_wait(notice))
        return self._is_warned


def _reasons(complaints: tuple[Complaint, ...]) -> tuple[str, ...]:
    """Why it must be confirmed; nothing where that is not all that stands against it."""
    if {complaint.field for complaint in complaints} != {"confirmed"}:
        return ()
    return tuple(complaint.reason for complaint in complaints)


def _words(request: OrderRequest) -> str:
    size = (
        f"a size by {STRATEGIES[request.strategy].label}"
        if request.size is None
        else f"{request.size:,} shares"
    )
    return f"{request.side} {size}, limit {format_price(request.worst_price)}:"
