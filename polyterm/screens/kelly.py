"""The Kelly form: a probability in, a stake out, and one key to make it an order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from pydantic import ValidationError
from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Label, Static

from polyterm.bridge import Desk
from polyterm.models.complaint import Complaint, RefusedError, complaints_of
from polyterm.models.enums import Side
from polyterm.models.ids import OrderId
from polyterm.models.money import format_price
from polyterm.models.order_request import OrderRequest
from polyterm.models.snapshot import MarketSnapshot
from polyterm.screens.dialog import Dialog
from polyterm.screens.kelly_numbers import bankroll_of, kelly_inputs, kelly_request, sizing_lines
from polyterm.strategies.kelly_params import KellyParams
from polyterm.strategies.kelly_sizing import growth_curve, size_kelly
from polyterm.widgets.curve import Curve
from polyterm.widgets.form import Form
from polyterm.widgets.form_fields import form_fields

Submit = Callable[[OrderRequest], Awaitable[OrderId | None]]
_FIELDS = (
    *form_fields(KellyParams, ("probability", "fraction")),
    *form_fields(OrderRequest, ("side", "max_price", "min_price")),
    *form_fields(KellyParams, ("bankroll", "max_stake")),
    *form_fields(OrderRequest, ("size", "post_only", "urgency")),
)
_HIDDEN = {Side.BUY: "min_price", Side.SELL: "max_price"}


class KellyDialog(Dialog[OrderId]):
    """Probability, fraction, bankroll and limit; the answer is worked out while typing."""

    BINDINGS: ClassVar = [("ctrl+s", "submit", "Submit")]

    def __init__(self, desk: Desk, snapshot: MarketSnapshot, submit: Submit) -> None:
        super().__init__()
        self._desk, self._snapshot, self._submit = desk, snapshot, submit
        self._form = Form(_FIELDS)
        self._answer = Static("", id="kelly-answer", markup=False)
        self._notes = Static("", id="kelly-notes", markup=False)
        self._curve = Curve(id="kelly-curve")
        self._caption = Label("", id="kelly-caption", markup=False)

    def compose(self) -> ComposeResult:
        market = self._snapshot.market
        outcome = market.outcome(self._snapshot.token_id).name
        with Vertical(classes="dialog -kelly") as box:
            box.border_title = Text(f"Kelly · {outcome}")
            box.border_subtitle = "ctrl+s or enter submits · esc closes"
            yield Label(market.question, markup=False, id="kelly-question")
            with Horizontal():
                with Vertical(id="kelly-left"):
                    yield self._form
                with Vertical(id="kelly-right"):
                    yield self._answer
                    yield self._curve
                    yield self._caption
            yield Label(f"Bankroll {bankroll_of(self._desk)}", markup=False, id="kelly-bankroll")
            yield self._notes

    def on_mount(self) -> None:
        super().on_mount()
        best = self._snapshot.best_ask
        if best is not None:
            self._form.fill({"max_price": format_price(best.price)})
        if self._snapshot.best_bid is not None:
            self._form.fill({"min_price": format_price(self._snapshot.best_bid.price)})
        self._form.forget_touches()
        self._review()
        self._form.focus_first("probability")

    def action_submit(self) -> None:
        """Submit what the form says as an order."""
        request, complaints = self._read()
        self._form.show_complaints(complaints, touched_only=False)
        if request is not None:
            self._send(request)

    @work
    async def _send(self, request: OrderRequest) -> None:
        try:
            order_id = await self._submit(request)
        except RefusedError as refusal:
            self._form.show_complaints(refusal.complaints, touched_only=False)
            return
        if order_id is not None:
            self.dismiss(order_id)

    @on(Form.Entered)
    def _enter(self) -> None:
        self.action_submit()

    @on(Form.Edited)
    def _review(self) -> None:
        side = Side(self._form.row("side").value)
        self._form.show_only(field.name for field in _FIELDS if field.name != _HIDDEN[side])
        request, complaints = self._read()
        self._form.show_complaints(complaints, touched_only=True)
        if request is None:
            self._answer.update(Text("type a probability and a limit", style="dim"))
            self._curve.plot((), None)
            self._caption.update("")
            self._notes.update("")
        else:
            self._show_answer(request)

    def _read(self) -> tuple[OrderRequest | None, tuple[Complaint, ...]]:
        try:
            return kelly_request(self._snapshot.token_id, self._form.values()), ()
        except ValidationError as error:
            return None, complaints_of(error)

    def _show_answer(self, request: OrderRequest) -> None:
        snapshot = self._desk.engine.snapshot(self._snapshot.token_id) or self._snapshot
        inputs = kelly_inputs(self._desk, request, snapshot)
        sizing = size_kelly(inputs)
        rows = sizing_lines(sizing, inputs)
        lines = [Text.assemble((f"{title:<14}", "dim"), words) for title, words in rows]
        self._answer.update(Text("\n").join(lines))
        points = growth_curve(inputs)
        self._curve.plot(points, sizing.stake_fraction)
        widest = f"{points[-1][0]:.0%}" if points else "0%"
        self._caption.update(f"growth by stake to {widest}, ┊ this one")
        self._notes.update("\n".join(f"· {note}" for note in sizing.notes))
