"""What all dialogs share: nothing in them fires from a key pressed before they were seen."""

from __future__ import annotations

from math import inf
from typing import ClassVar, TypeVar

from textual import events, on
from textual.message import Message
from textual.screen import ModalScreen

GUARD_S = 0.3
"""Keys within this time of the first painting were meant for what was there before."""
Result = TypeVar("Result")


class Dialog(ModalScreen[Result]):
    """A modal that is deaf until a person can have read it."""

    BINDINGS: ClassVar = [("escape", "dismiss_dialog", "Close")]
    _LATE = (events.Key, events.Paste, events.MouseDown, events.MouseUp)

    class Shown(Message):
        """The dialog was painted; the time of this message is when."""

    def __init__(self) -> None:
        super().__init__()
        self._listens_from = inf

    def on_mount(self) -> None:
        self.call_after_refresh(self.post_message, self.Shown())

    @on(Shown)
    def _note_shown(self, event: Shown) -> None:
        event.stop()
        self._listens_from = event.time + GUARD_S
        self.set_timer(GUARD_S, self._look_ready)

    @property
    def is_ready(self) -> bool:
        """Whether keys pressed from now on count."""
        return self.has_class("-ready")

    def ignores(self, event: events.Event) -> bool:
        """Whether this was pressed too early to be an answer to the dialog."""
        return isinstance(event, self._LATE) and event.time < self._listens_from

    def action_dismiss_dialog(self) -> None:
        """Close without an answer."""
        self.dismiss(None)

    def _look_ready(self) -> None:
        self.add_class("-ready")
