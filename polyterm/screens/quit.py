"""Leaving while orders work: what becomes of them."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Button, Label

from polyterm.engine.settings import ExitPolicy
from polyterm.screens.dialog import Dialog


class QuitDialog(Dialog[ExitPolicy]):
    """Cancel the working orders, leave them, or stay."""

    BINDINGS: ClassVar = [
        ("c", "choose('cancel')", "Cancel them"),
        ("l", "choose('leave')", "Leave them"),
        ("s", "dismiss_dialog", "Stay"),
        ("down", "app.focus_next", "Next"),
        ("up", "app.focus_previous", "Previous"),
    ]

    def __init__(self, working: int, resting: int) -> None:
        super().__init__()
        self._working, self._resting = working, resting

    def compose(self) -> ComposeResult:
        orders = "order is" if self._working == 1 else "orders are"
        text = f"{self._working} {orders} still at work, with {self._resting} in the book."
        with Vertical(classes="dialog") as box:
            box.border_title = "Quit"
            yield Label(text, markup=False, classes="dialog--text")
            yield Button("Stay (s)", id="stay", compact=True)
            yield Button("Cancel them and quit (c)", id="cancel", compact=True)
            yield Button("Leave them in the book and quit (l)", id="leave", compact=True)

    def action_choose(self, policy: str) -> None:
        """Quit, doing that."""
        self.dismiss(ExitPolicy(policy))

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "stay":
            self.action_dismiss_dialog()
        else:
            self.action_choose(event.button.id or "")
