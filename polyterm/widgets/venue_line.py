"""The top line: which exchange this is, and whether the money is real."""

from __future__ import annotations

from rich.text import Text
from textual.widget import Widget

from polyterm.models.enums import VenueName

VENUE_WORDS = {
    VenueName.DEMO: "DEMO — play money",
    VenueName.REPLAY: "REPLAY — play money, recorded market",
    VenueName.LIVE: "LIVE — REAL MONEY",
}


class VenueLine(Widget):
    """Names the venue in words; the theme gives real money another face as well."""

    DEFAULT_CSS = """
    VenueLine { height: 1; padding: 0 1; background: $primary 25%; text-style: bold; }
    """

    def __init__(self, venue: VenueName, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._venue = venue
        self._where = ""

    def show_exchange(self, url: str) -> None:
        """Name the exchange's address."""
        if url != self._where:
            self._where = url
            self.refresh()

    def render(self) -> Text:
        words = VENUE_WORDS[self._venue]
        mark = "▲ " if self._venue.is_real_money else ""
        left, right = f"{mark}{words}", f"{self._where}  polyterm"
        gap = self.content_size.width - len(left) - len(right)
        if gap < 2:
            return Text(left, no_wrap=True, overflow="ellipsis")
        return Text(f"{left}{' ' * gap}{right}", no_wrap=True, overflow="ellipsis")
