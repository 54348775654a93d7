"""A form of one-line fields, each with its complaint below it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Label

from polyterm.models.complaint import Complaint
from polyterm.widgets.choice import Choice
from polyterm.widgets.form_fields import FormField
from polyterm.widgets.typed_input import TypedInput


class FormRow(Widget):
    """A title, a place to type or pick, and room for what is wrong with it."""

    DEFAULT_CSS = """
    FormRow {
        layout: grid; grid-size: 2; grid-columns: 17 1fr; grid-rows: auto; height: auto;
        & > .form--title { color: $text-muted; }
        & > .form--complaint { column-span: 2; color: $error; display: none; }
        &:focus-within > .form--title { color: $foreground; text-style: bold; }
        &.-refused > .form--complaint { display: block; }
        &.-refused > .form--title { color: $error; }
    }
    """

    def __init__(self, field: FormField) -> None:
        super().__init__()
        self.field = field
        self._reason = ""
        self._value = field.default
        """What it holds for as long as nobody has seen it."""
        self._control: Input | Choice | None = None
        self._complaint = Label("", classes="form--complaint", markup=False)

    def compose(self) -> ComposeResult:
        yield Label(self.field.title, classes="form--title", markup=False)
        self._control = _control_of(self.field, self._value)
        yield self._control
        yield self._complaint

    @property
    def value(self) -> str:
        """What was typed or picked."""
        held = self._value if self._control is None else self._control.value
        return held.strip()

    @value.setter
    def value(self, value: str) -> None:
        if self._control is None:
            self._value = value
        else:
            self._control.value = value

    def complain(self, reason: str) -> None:
        """Say what is wrong; nothing takes it back."""
        if reason == self._reason:
            return
        self._reason = reason
        self.set_class(bool(reason), "-refused")
        self._complaint.update(f"  ▲ {reason}" if reason else "")

    def focus_control(self) -> None:
        """Start typing here."""
        if self._control is not None:
            self._control.focus()


class Form(VerticalScroll, can_focus=False):
    """Rows of fields; says when something was typed, and when enter was pressed."""

    DEFAULT_CSS = """
    Form { height: 1fr; scrollbar-size-vertical: 1; }
    Form > #form-general { color: $error; height: auto; }
    """
    # Priority: taken before the keys behind them are handed out, so that what a fast trader types
    # after "next field" can never end up in the field before.
    BINDINGS: ClassVar = [
        Binding("down,tab", "app.focus_next", "Next field", show=False, priority=True),
        Binding("up,shift+tab", "app.focus_previous", "Previous field", show=False, priority=True),
        Binding("enter", "enter", "Submit", show=False),
    ]

    @dataclass
    class Edited(Message):
        """A field got another value."""

        name: str
        value: str

    class Entered(Message):
        """Enter was pressed in a field."""

    def __init__(self, fields: Iterable[FormField], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows = {field.name: FormRow(field) for field in fields}
        self._touched: set[str] = set()
        self._known = {name: row.field.default for name, row in self._rows.items()}
        self._shown_general = ""
        self._general = Label("", id="form-general", markup=False)

    def compose(self) -> ComposeResult:
        yield from (row for row in self._rows.values() if row.display)
        yield self._general

    def action_enter(self) -> None:
        """Submit from a field that is picked rather than typed."""
        self.post_message(self.Entered())

    def row(self, name: str) -> FormRow:
        """The row of a field."""
        return self._rows[name]

    def values(self) -> dict[str, str]:
        """What is typed in the fields that show, empty ones left out."""
        return {
            name: row.value for name, row in self._rows.items() if row.display and row.value != ""
        }

    def fill(self, values: Mapping[str, str]) -> None:
        """Put values into fields, as if they had always been there."""
        for name, value in values.items():
            self._known[name] = value
            self._rows[name].value = value
            self.post_message(self.Edited(name, value))

    def show_only(self, names: Iterable[str]) -> None:
        """Show these fields and hide the rest."""
        shown = set(names)
        for name, row in self._rows.items():
            row.display = name in shown
        if self._general.parent is not None:
            self._mount_shown()

    def focus_first(self, name: str) -> None:
        """Start typing in that field."""
        self._rows[name].focus_control()

    def forget_touches(self) -> None:
        """Treat the form as not yet typed into."""
        self._touched.clear()

    def show_complaints(self, complaints: Iterable[Complaint], *, touched_only: bool) -> None:
        """Show each complaint at its field; those of no visible field below the form."""
        reasons: dict[str, str] = {}
        for complaint in complaints:
            reasons.setdefault(complaint.field, complaint.reason)
        for name, row in self._rows.items():
            is_due = row.display and (not touched_only or name in self._touched)
            row.complain(reasons.get(name, "") if is_due else "")
        if not touched_only:
            self._bring_up_first(reasons)
        rest = [
            f"▲ {field}: {reason}" if field else f"▲ {reason}"
            for field, reason in reasons.items()
            if field not in self._rows or not self._rows[field].display
        ]
        general = "" if touched_only else "\n".join(rest)
        if general != self._shown_general:
            self._shown_general = general
            self._general.update(general)

    def _bring_up_first(self, reasons: Mapping[str, str]) -> None:
        """Scroll to the first field at fault, once its complaint has made its room."""
        for name, row in self._rows.items():
            if name in reasons and row.display:
                self.call_after_refresh(row.scroll_visible, animate=False)
                return

    def _mount_shown(self) -> None:
        """Mount rows that show for the first time: a form may have many that nobody ever sees."""
        below: Widget = self._general
        for row in reversed(self._rows.values()):
            if row.display and row.parent is None:
                self.mount(row, before=below)
            if row.parent is not None:
                below = row

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._tell(event, event.input.id, event.value)

    @on(Choice.Changed)
    def _picked(self, event: Choice.Changed) -> None:
        self._tell(event, event.choice.id, event.value)

    def _tell(self, event: Message, control_id: str | None, value: str) -> None:
        event.stop()
        name = (control_id or "").removeprefix("field-")
        if value == self._known[name]:
            return
        self._known[name] = value
        self._touched.add(name)
        self.post_message(self.Edited(name, value))

    @on(Input.Submitted)
    def _enter(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Entered())


def _control_of(field: FormField, value: str) -> Input | Choice:
    if field.options:
        return Choice(field.options, value, id=f"field-{field.name}")
    return TypedInput(
        value,
        placeholder=field.hint,
        compact=True,
        select_on_focus=False,
        id=f"field-{field.name}",
    )
