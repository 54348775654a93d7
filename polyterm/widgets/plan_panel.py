"""The plan of what is being typed, always the same height so that nothing moves below the hands."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.widget import Widget

from polyterm.widgets.draft import Draft, fitted


class PlanPanel(Widget):
    """A few lines: what the engine would do, and where that is not what was asked."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"plan--words", "plan--doubt"}
    DEFAULT_CSS = """
    PlanPanel {
        height: 4; width: 1fr;
        & > .plan--words { color: $text-muted; }
        & > .plan--doubt { color: $warning; }
        &.-stale { text-style: dim; }
    }
    """

    def __init__(self, hint: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._hint = hint
        self._draft: Draft | None = None

    def show_draft(self, draft: Draft | None) -> None:
        """Show what the engine said; the hint where there is nothing to ask it about."""
        self._draft = draft
        self.remove_class("-stale")
        self.refresh()

    def mark_stale(self) -> None:
        """Dim what is no longer about what is typed, until the next word from the engine."""
        self.add_class("-stale")

    def render(self) -> Text:
        words = self.get_component_rich_style("plan--words")
        if self._draft is None:
            return Text(self._hint, words)
        doubt = self.get_component_rich_style("plan--doubt")
        width, height = self.content_size
        return Text("\n").join(
            Text(line.text, doubt if line.is_doubt else words)
            for line in fitted(self._draft, width, height)
        )
