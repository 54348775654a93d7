"""A small line chart in braille dots, painted by the line."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

Points = Sequence[tuple[float, float]]
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Braille dot bits by row and column of a character cell."""
_BLANK = 0x2800


class Curve(Widget):
    """A curve with its zero line and one marked place along it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"curve--line", "curve--axis", "curve--mark"}
    DEFAULT_CSS = """
    Curve { height: 1fr; min-height: 3; }
    Curve > .curve--line { color: $primary; }
    Curve > .curve--axis { color: $faint; }
    Curve > .curve--mark { color: $accent; text-style: bold; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._points: tuple[tuple[float, float], ...] = ()
        self._mark: float | None = None
        self._lines: tuple[str, ...] = ()
        self._mark_column: int | None = None

    def plot(self, points: Points, mark: float | None) -> None:
        """Draw these points, which must be in order of x; mark a place on x."""
        self._points, self._mark = tuple(points), mark
        self._redraw()

    def on_resize(self) -> None:
        self._redraw()

    def render_line(self, y: int) -> Strip:
        width = self.content_size.width
        if y >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        line, column = self._lines[y], self._mark_column
        part = "curve--axis" if "─" in line else "curve--line"
        style = self.get_component_rich_style(part)
        if column is None or not 0 <= column < len(line):
            return Strip([Segment(line, style)]).adjust_cell_length(width)
        mark = line[column] if line[column] not in " ─⠀" else "┊"
        pieces = [
            Segment(line[:column], style),
            Segment(mark, self.get_component_rich_style("curve--mark")),
            Segment(line[column + 1 :], style),
        ]
        return Strip(pieces).adjust_cell_length(width)

    def _redraw(self) -> None:
        width, height = self.content_size
        self._lines = braille_lines(self._points, width, height)
        self._mark_column = _column(self._points, self._mark, width)
        self.refresh()


def _column(points: Points, x: float | None, width: int) -> int | None:
    if x is None or len(points) < 2 or points[-1][0] <= points[0][0]:
        return None
    return round((x - points[0][0]) / (points[-1][0] - points[0][0]) * (width - 1))


def braille_lines(points: Points, width: int, height: int) -> tuple[str, ...]:
    """The curve as text of that many columns and lines, with a rule where y is zero."""
    if len(points) < 2 or width < 1 or height < 1:
        return ()
    low = min(0.0, *(y for _, y in points))
    high = max(0.0, *(y for _, y in points))
    span = (high - low) or 1.0
    cells = [[0] * width for _ in range(height)]
    columns = width * 2
    for column in range(columns):
        value = _value_at(points, column / max(columns - 1, 1))
        row = round((high - value) / span * (height * 4 - 1))
        cells[row // 4][column // 2] |= _DOTS[row % 4][column % 2]
    zero = round(high / span * (height * 4 - 1)) // 4
    return tuple(
        "".join(_glyph(bits, is_axis=line == zero) for bits in row)
        for line, row in enumerate(cells)
    )


def _glyph(bits: int, *, is_axis: bool) -> str:
    if bits:
        return chr(_BLANK + bits)
    return "─" if is_axis else " "


def _value_at(points: Points, part: float) -> float:
    x = points[0][0] + part * (points[-1][0] - points[0][0])
    for (x0, y0), (x1, y1) in pairwise(points):
        if x <= x1:
            return y0 if x1 == x0 else y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return points[-1][1]
