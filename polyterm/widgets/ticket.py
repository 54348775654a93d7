"""The ticket: what is typed here becomes an order request, checked while it is typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pydantic import ValidationError
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Label

from polyterm.models.complaint import Complaint, complaints_of
from polyterm.models.enums import Side
from polyterm.models.ids import TokenId
from polyterm.models.money import Price, format_dollars, price_decimal
from polyterm.models.order_request import OrderRequest
from polyterm.models.plan import PlanView
from polyterm.strategies.registry import STRATEGIES
from polyterm.widgets.draft import Draft
from polyterm.widgets.form import Form
from polyterm.widgets.form_fields import FormField, form_fields
from polyterm.widgets.plan_panel import PlanPanel

_STRATEGY = FormField(
    "strategy",
    "Strategy",
    next(iter(STRATEGIES)),
    "",
    tuple((name, strategy.label) for name, strategy in STRATEGIES.items()),
)
_FIRST = ("side",)
_ORDER = ("size", "max_price", "min_price", "urgency", "post_only", "deadline_s", "end_action")
_LAST = ("volume_cap",)
_LIMIT = {Side.BUY: "max_price", Side.SELL: "min_price"}


def _param_names(strategy: str) -> tuple[str, ...]:
    return tuple(field.name for field in form_fields(STRATEGIES[strategy].params))


def _all_fields() -> tuple[FormField, ...]:
    models = [strategy.params for strategy in STRATEGIES.values()]
    params = {field.name: field for model in models for field in form_fields(model)}
    return (
        *form_fields(OrderRequest, _FIRST),
        _STRATEGY,
        *form_fields(OrderRequest, _ORDER),
        *params.values(),
        *form_fields(OrderRequest, _LAST),
    )


class Ticket(Vertical):
    """Side, strategy, size, limit and the strategy's own numbers, all by keyboard."""

    BORDER_TITLE = "Ticket"
    DEFAULT_CSS = """
    Ticket { height: auto; }
    Ticket > #ticket-target { text-style: bold; width: 1fr; text-wrap: nowrap;
                              text-overflow: ellipsis; }
    Ticket > #ticket-cost { color: $text-muted; width: 1fr; text-wrap: nowrap;
                            text-overflow: ellipsis; }
    Ticket > #ticket-plan { background: $panel; }
    Ticket > #ticket-target { color: $buy; }
    Ticket > #ticket-target.-sell { color: $sell; }
    """
    BINDINGS: ClassVar = [("escape", "screen.leave_ticket", "Leave")]

    @dataclass
    class Drafted(Message):
        """Another request is typed; nothing where it is not right in itself."""

        request: OrderRequest | None

    @dataclass
    class Submitted(Message):
        """A request that is right in itself was submitted."""

        request: OrderRequest
        shown: PlanView | None
        """The plan of it that was on screen."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._token_id: TokenId | None = None
        self._outcome = ""
        self._form = Form(_all_fields())
        self._target = Label("no market picked", id="ticket-target", markup=False)
        self._plan = PlanPanel("the plan shows here", id="ticket-plan")
        self._cost = Label("", id="ticket-cost", markup=False)
        self._drafted: OrderRequest | None = None
        self._draft: Draft | None = None
        self._arrange()

    def compose(self) -> ComposeResult:
        yield self._target
        yield self._form
        yield self._plan
        yield self._cost

    def on_mount(self) -> None:
        self._review()

    def aim(self, token_id: TokenId, outcome: str) -> None:
        """Make the ticket one for that token."""
        self._token_id, self._outcome = token_id, outcome
        self._review()

    def set_limit(self, price: Price) -> None:
        """Put a price into the limit of the picked side."""
        self._form.fill({_LIMIT[self._side]: str(price_decimal(price))})

    def start(self) -> None:
        """Begin to type: at the size."""
        self._form.focus_first("size")

    def submit(self) -> None:
        """Send the request if it is right in itself, else say what is wrong and where."""
        request, complaints = self._read()
        self._form.show_complaints(complaints, touched_only=False)
        if request is not None:
            draft = self._draft if request == self._drafted else None
            self.post_message(self.Submitted(request, None if draft is None else draft.plan))

    def show_draft(self, request: OrderRequest, draft: Draft) -> None:
        """Show what the engine would make of a request, if it is still the one that is typed."""
        if request == self._drafted:
            self._draft = draft
            self._plan.show_draft(draft)
            self._cost.update(_cost_text(request, draft.plan), layout=False)

    def show_refusal(self, complaints: tuple[Complaint, ...]) -> None:
        """Show why the engine refused it."""
        self._form.show_complaints(complaints, touched_only=False)

    def reset(self) -> None:
        """Empty the size, so that the same order is not sent twice by mistake."""
        self._form.fill({"size": ""})
        self._form.forget_touches()
        self._form.show_complaints((), touched_only=False)

    @property
    def _side(self) -> Side:
        return Side(self._form.row("side").value)

    @property
    def _strategy(self) -> str:
        return self._form.row("strategy").value

    @on(Form.Entered)
    def _enter(self, event: Form.Entered) -> None:
        event.stop()
        self.submit()

    @on(Form.Edited)
    def _edited(self, event: Form.Edited) -> None:
        event.stop()
        if event.name in {"side", "strategy"}:
            self._arrange()
        self._review()

    def _arrange(self) -> None:
        other = _LIMIT[self._side.opposite]
        names = [name for name in _ORDER if name != other]
        own = _param_names(self._strategy)
        self._form.show_only((*_FIRST, "strategy", *names, *own, *_LAST))

    def _review(self) -> None:
        request, complaints = self._read()
        self._form.show_complaints(complaints, touched_only=True)
        side = self._side
        self._target.set_class(side is Side.SELL, "-sell")
        self._target.update(
            f"{side} {self._outcome}" if self._token_id else "no market picked", layout=False
        )
        if request != self._drafted or request is None:
            self._drafted, self._draft = request, None
            self._cost.update(_cost_text(request, None), layout=False)
            self._tell_draft(request)

    def _tell_draft(self, request: OrderRequest | None) -> None:
        if request is None:
            self._plan.show_draft(None)
        else:
            self._plan.mark_stale()
        self.post_message(self.Drafted(request))

    def _read(self) -> tuple[OrderRequest | None, tuple[Complaint, ...]]:
        if self._token_id is None:
            return None, (Complaint("", "pick a market first"),)
        typed = self._form.values()
        params = {name: typed.pop(name) for name in _param_names(self._strategy) if name in typed}
        params["strategy"] = typed.pop("strategy")
        try:
            request = OrderRequest.model_validate(
                {**typed, "token_id": self._token_id, "params": params}
            )
        except ValidationError as error:
            return None, complaints_of(error)
        return request, ()


def _cost_text(request: OrderRequest | None, plan: PlanView | None) -> str:
    if request is None:
        return "enter submits · esc leaves"
    if plan is None:
        return "enter submits · planning …"
    word, fees = _WORST[request.side]
    return f"enter: {word} {format_dollars(plan.total)} {fees}"


_WORST = {Side.BUY: ("at most", "with fees"), Side.SELL: ("at least", "after fees")}
