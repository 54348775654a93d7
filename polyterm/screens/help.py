"""All keys and what they do, read from the one declaration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from polyterm.screens.commands import COMMANDS, Command, Scope, keys_of
from polyterm.screens.dialog import Dialog

_WORDS = (
    "In a form: up and down change the field, left and right pick a word. "
    "On the ladder: ◆ your order · 12 after 340 (or 12/340): 12 shares left, 340 ahead of them "
    "in the queue · │ prices within the band · ──┤ ├── the micro-price. "
    "In the list: ▸ the market on screen · ◆ orders of yours."
)


class HelpDialog(Dialog[None]):
    """A page of keys."""

    BINDINGS: ClassVar = [("f1,question_mark,q", "dismiss_dialog", "Close")]

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__()
        self._keymap = keymap

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog -tall", can_focus=True) as box:
            box.border_title = "Keys"
            box.border_subtitle = "esc closes"
            yield Static(self._table())
            yield Static(Text(_WORDS), markup=False)

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 2))
        table.add_column(justify="right")
        for scope in Scope:
            table.add_row("", Text(scope.value, "bold underline"))
            for command in COMMANDS:
                if command.scope is scope:
                    table.add_row(
                        Text(self._keys_of(command), "bold"), command.label, command.tooltip
                    )
            table.add_row()
        return table

    def _keys_of(self, command: Command) -> str:
        bindings = keys_of(command, self._keymap)
        return " ".join(self.app.get_key_display(binding) for binding in bindings)
