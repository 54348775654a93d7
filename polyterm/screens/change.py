"""The form that changes a working order: present values in, the difference shown, then asked."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from pydantic import ValidationError
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Label

from polyterm.bridge import Desk
from polyterm.engine.face import PlanChangedError
from polyterm.models.complaint import Complaint, RefusedError, complaints_of
from polyterm.models.order_change import OrderChange
from polyterm.models.order_request import OrderRequest
from polyterm.models.plan import ChangeView
from polyterm.models.plan_words import change_lines
from polyterm.models.views import OrderView
from polyterm.screens.confirm import ConfirmDialog
from polyterm.screens.dialog import Dialog
from polyterm.screens.drafting import PAUSE_S
from polyterm.screens.order_errands import describe
from polyterm.screens.order_values import LIMIT_OF, OrderValues, edited, emptied, values_of
from polyterm.widgets.form import Form
from polyterm.widgets.form_fields import form_fields
from polyterm.widgets.numbers import short_id

_STAYS = "Outcome, side, strategy and its own numbers stay as they are: for others, cancel it."
_NOTHING = "Type another value: what it makes of the order shows here."
_MOVED = "The plan was another one a moment ago: this is it now. Enter once more to agree."
_EMPTIED = "cannot be taken away again: type another value, or the one that was there"


class ChangeDialog(Dialog[ChangeView]):
    """Size, limit, urgency and deadline of one order."""

    BINDINGS: ClassVar = [("ctrl+s", "submit", "Change it"), ("ctrl+z", "restore", "As before")]

    def __init__(self, desk: Desk, order: OrderView, former: OrderValues | None) -> None:
        super().__init__()
        self._desk, self._order, self._former = desk, order, former
        self._known = values_of(order).filled_in(desk.clock.now_ms())
        names = ("size", LIMIT_OF[order.side], "urgency", "deadline_s")
        self._form = Form(form_fields(OrderRequest, names))
        self._answer = Label(_NOTHING, id="change-answer", markup=False)
        self._risk = Label("", id="change-risk", markup=False)
        self._shown: tuple[OrderChange, ChangeView] | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -change") as box:
            box.border_title = f"Change order {short_id(self._order.order_id)}"
            back = " · ctrl+z the values before" if self._former else ""
            box.border_subtitle = f"enter changes it{back} · esc leaves it"
            yield Label(describe(self._order), markup=False, classes="dialog--text")
            yield self._form
            yield self._answer
            yield self._risk
            yield Label(_STAYS, markup=False, id="change-stays")

    def on_mount(self) -> None:
        super().on_mount()
        self._form.fill(self._known)
        self._form.focus_first(LIMIT_OF[self._order.side])

    def action_restore(self) -> None:
        """Type the values in that stood before the last change."""
        if self._former is None:
            self.notify("It was not changed since polyterm was opened", markup=False)
            return
        texts = self._former.filled_in(self._desk.clock.now_ms())
        for name, text in texts.items():
            if text:
                self._form.row(name).value = text
        if self._known["deadline_s"] and not texts["deadline_s"]:
            self.notify("It had no deadline to come; one cannot be taken away", markup=False)

    def action_submit(self) -> None:
        """Change the order to what the form says, after a question where that is more risk."""
        change = self._read(touched_only=False)
        if change is not None:
            self._apply(change)

    @on(Form.Entered)
    def _enter(self) -> None:
        self.action_submit()

    @on(Form.Edited)
    def _review(self) -> None:
        self._ask(self._read(touched_only=True))

    def _read(self, *, touched_only: bool) -> OrderChange | None:
        """The change that is typed; nothing where there is none, or it is wrong in itself."""
        typed = self._form.values()
        gone = emptied(typed, self._known)
        complaints = tuple(Complaint(name, _EMPTIED) for name in gone)
        try:
            change = OrderChange.model_validate(edited(typed, self._known))
        except ValidationError as error:
            complaints, change = (*complaints, *complaints_of(error)), OrderChange()
        if not complaints and not change.fields and not touched_only:
            complaints = (Complaint("", "nothing is changed yet"),)
        self._form.show_complaints(complaints, touched_only=touched_only)
        return change if change.fields and not complaints else None

    @work(exclusive=True, group="ask")
    async def _ask(self, change: OrderChange | None) -> None:
        self._shown = None
        if change is None:
            self._say(_NOTHING)
            return
        await asyncio.sleep(PAUSE_S)
        await self._look(change)

    async def _look(self, change: OrderChange) -> ChangeView | None:
        """Ask the engine what the change would do, and show it."""
        try:
            view = await self._desk.engine.plan_change(self._order.order_id, change)
        except RefusedError as refusal:
            self._refuse(refusal)
            return None
        self._shown = (change, view)
        self._say("\n".join(change_lines(view)), view.risks)
        return view

    @work(exclusive=True, group="apply")
    async def _apply(self, change: OrderChange) -> None:
        shown = self._shown
        view = await self._look(change)
        if view is None:
            return
        if shown and shown[0] == change and not view.after.is_as_shown(shown[1].after):
            self._say("\n".join((_MOVED, *change_lines(view))), view.risks)
            return
        if view.risks:
            words = "\n".join((*change_lines(view), *(f"▲ {risk}" for risk in view.risks)))
            question = ConfirmDialog("This makes the risk larger", words, "Change it")
            if not await self.app.push_screen_wait(question):
                return
        try:
            agreed = change.model_copy(update={"confirmed": bool(view.risks)})
            await self._desk.engine.change_order(self._order.order_id, agreed, view.after)
        except PlanChangedError:
            await self._look(change)
            self._say(_MOVED)
        except RefusedError as refusal:
            self._refuse(refusal)
        else:
            self.dismiss(view)

    def _refuse(self, refusal: RefusedError) -> None:
        reasons = "; ".join(complaint.reason for complaint in refusal.complaints)
        self._say(f"Refused as it stands: {reasons}")
        self._form.show_complaints(refusal.complaints, touched_only=False)

    def _say(self, words: str, risks: tuple[str, ...] = ()) -> None:
        self._answer.update(words)
        self._risk.update("\n".join(f"▲ {risk}: asks first" for risk in risks))
        self._risk.display = bool(risks)
