"""One of a few words, picked with the arrow keys: all shown where they fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

Options = tuple[tuple[str, str], ...]
"""Value and label of each."""


class Choice(Widget, can_focus=True):
    """A one-line picker that reads without colour: the picked word has a full dot."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"choice--picked", "choice--other"}
    DEFAULT_CSS = """
    Choice { height: 1; width: 1fr; }
    Choice:focus { background: $block-cursor-blurred-background; }
    Choice > .choice--picked { text-style: bold; }
    Choice > .choice--other { color: $faint; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", "Previous", show=False),
        Binding("right,space", "step(1)", "Next", show=False),
    ]
    value: reactive[str] = reactive("")

    @dataclass
    class Changed(Message):
        """Another word was picked."""

        choice: Choice
        value: str

        @property
        def control(self) -> Choice:
            """The picker."""
            return self.choice

    def __init__(self, options: Options, value: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.options = options
        self.set_reactive(Choice.value, value)

    def action_step(self, by: int) -> None:
        """Pick the next word, round and round."""
        values = [value for value, _ in self.options]
        self.value = values[(values.index(self.value) + by) % len(values)]

    def watch_value(self, value: str) -> None:
        self.post_message(self.Changed(self, value))

    def on_click(self, event: events.Click) -> None:
        self.action_step(1)

    def render(self) -> Text:
        room = self.content_size.width
        full = Text(" ").join([self._word(value, label) for value, label in self.options])
        if full.cell_len <= room:
            return full
        word = Text(self._label, self.get_component_rich_style("choice--picked", partial=True))
        place = [value for value, _ in self.options].index(self.value) + 1
        return Text.assemble("‹ ", word, f" › {place}/{len(self.options)}")

    @property
    def _label(self) -> str:
        return next(label for value, label in self.options if value == self.value)

    def _word(self, value: str, label: str) -> Text:
        is_picked = value == self.value
        part = "choice--picked" if is_picked else "choice--other"
        style = self.get_component_rich_style(part, partial=True)
        return Text(f"{'●' if is_picked else '○'} {label}", style)
