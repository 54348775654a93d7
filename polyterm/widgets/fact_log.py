"""The log: facts in the order they happened."""

from __future__ import annotations

from collections import deque

from rich.table import Table
from rich.text import Text
from textual import events
from textual.widgets import RichLog

from polyterm.models.events import Event, Filled
from polyterm.widgets.fact_text import fact_text, is_alarm
from polyterm.widgets.numbers import clock_text, short_id

_MAX_LINES = 2_000


class FactLog(RichLog):
    """Time, order and words of each fact; alarms carry a mark of their own."""

    BORDER_TITLE = "Log · UTC"
    DEFAULT_CSS = "FactLog { height: 1fr; scrollbar-size-vertical: 1; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, max_lines=_MAX_LINES, min_width=0, wrap=True)
        self._kept: deque[Table] = deque(maxlen=_MAX_LINES)
        self._wrapped_at = 0

    def add(self, event: Event) -> None:
        """Write a fact down, if it has words."""
        words = fact_text(event)
        if words is None:
            return
        line = _line(event, words)
        self._kept.append(line)
        if self._wrapped_at:
            self.write(line)

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self._wrap_anew)

    def _wrap_anew(self) -> None:
        width = self.scrollable_content_region.width
        if width == self._wrapped_at:
            return
        self._wrapped_at = width
        self.clear()
        for line in self._kept if width else ():
            self.write(line)


def _line(event: Event, words: str) -> Table:
    mark = "!" if is_alarm(event) else "◆" if isinstance(event, Filled) else " "
    order = f"{short_id(event.order_id)} " if event.order_id else ""
    style = "bold" if mark != " " else ""
    line = Table.grid("time", "words", padding=(0, 1))
    line.add_row(
        Text(clock_text(event.at_ms), "dim"), Text.assemble((f"{mark} {order}", style), words)
    )
    return line
