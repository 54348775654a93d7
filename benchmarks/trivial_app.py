"""The least that Textual can do: the floor of the console's start."""

from __future__ import annotations

import os
import time
from pathlib import Path

from textual.app import App, ComposeResult
from textual.widgets import Static


class TrivialApp(App[None]):
    """One line of text, and a note of when it was painted."""

    def compose(self) -> ComposeResult:
        yield Static("one line")

    def on_mount(self) -> None:
        self.call_after_refresh(self._note)

    def _note(self) -> None:
        note = os.environ["POLYTERM_FIRST_PAINT_FILE"]
        Path(note).write_text(str(time.time_ns() // 1_000_000), encoding="ascii")


if __name__ == "__main__":
    TrivialApp().run()
