"""Our price against the market's over an order's life, painted by the line."""

from __future__ import annotations

from itertools import groupby, zip_longest
from typing import ClassVar

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from polyterm.widgets.price_picture import (
    ASK,
    BAND,
    BID,
    BOTH,
    LABEL_WIDTH,
    MICRO,
    OURS,
    Prices,
    picture,
)

LEGEND = f"{OURS} ours  {ASK} ask  {BID} bid  {MICRO} micro  {BAND} band"
_EMPTY = "Nothing was seen of it yet."


class PriceChart(Widget):
    """Child price, best bid and ask, and the micro-price band; only changed lines are painted."""

    PARTS: ClassVar = {
        OURS: "chart--ours",
        BID: "chart--bid",
        ASK: "chart--ask",
        BOTH: "chart--micro",
        MICRO: "chart--micro",
        BAND: "chart--band",
    }
    COMPONENT_CLASSES: ClassVar[set[str]] = {*PARTS.values(), "chart--label"}
    DEFAULT_CSS = """
    PriceChart { height: 1fr; min-height: 3; }
    PriceChart > .chart--ours { color: $foreground; text-style: bold; }
    PriceChart > .chart--bid { color: $buy; }
    PriceChart > .chart--ask { color: $sell; }
    PriceChart > .chart--micro { color: $accent; }
    PriceChart > .chart--band { color: $accent 40%; }
    PriceChart > .chart--label { color: $faint; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._prices: Prices | None = None
        self._lines: tuple[str, ...] = ()

    def show_prices(self, prices: Prices) -> None:
        """Draw these; lines that stay as they are cost nothing."""
        self._prices = prices
        self._redraw()

    def on_resize(self) -> None:
        self._lines = ()
        self._redraw()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.content_size.width
        line = self._lines[y] if y < len(self._lines) else ""
        if not self._lines and y == 0:
            line = " " * LABEL_WIDTH + _EMPTY
        label, marks = line[:LABEL_WIDTH], line[LABEL_WIDTH:]
        segments = [Segment(label, self.get_component_rich_style("chart--label"))]
        for mark, run in groupby(marks):
            style = self.get_component_rich_style(self.PARTS.get(mark, "chart--label"))
            segments.append(Segment("".join(run), style))
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def _redraw(self) -> None:
        width, height = self.content_size
        if self._prices is None or not width:
            return
        old, self._lines = self._lines, picture(self._prices, width, height)
        pairs = enumerate(zip_longest(old, self._lines))
        changed = [Region(0, y, width, 1) for y, (before, now) in pairs if before != now]
        if changed:
            self.refresh(*changed)
