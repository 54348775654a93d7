"""Questions before something that cannot be taken back."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Label

from polyterm.screens.dialog import Dialog


class ConfirmDialog(Dialog[bool]):
    """Yes or no; escape is no."""

    BINDINGS: ClassVar = [("y", "answer(True)", "Yes"), ("n", "answer(False)", "No")]

    def __init__(self, title: str, text: str, yes: str, no: str = "Keep as it is") -> None:
        super().__init__()
        self._title, self._text, self._yes, self._no = title, text, yes, no

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = self._title
            yield Label(self._text, markup=False, classes="dialog--text")
            with Horizontal(classes="dialog--answers"):
                yield Button(f"{self._no} (n)", id="no", compact=True)
                yield Button(f"{self._yes} (y)", id="yes", variant="primary", compact=True)

    def action_answer(self, answer: bool) -> None:
        """Close with that answer."""
        self.dismiss(answer)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")


class TypedWordDialog(Dialog[bool]):
    """Something grave enough that a word must be typed for it."""

    def __init__(self, title: str, text: str, word: str) -> None:
        super().__init__()
        self._title, self._text, self._word = title, text, word

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -grave") as box:
            box.border_title = self._title
            yield Label(self._text, markup=False, classes="dialog--text")
            yield Label(
                f"Type {self._word} and press enter, or escape to leave things as they are.",
                markup=False,
                classes="dialog--text",
            )
            yield Input(placeholder=self._word, compact=True)
            yield Label("", markup=False, classes="dialog--complaint")

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        if event.value.strip().upper() == self._word:
            self.dismiss(True)
        else:
            self.query_one(".dialog--complaint", Label).update(f"▲ that is not {self._word}")
