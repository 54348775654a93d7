"""The order book as a ladder of prices, painted by the line: only rows that changed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from polyterm.models.enums import Side
from polyterm.models.money import Price
from polyterm.models.snapshot import MarketSnapshot
from polyterm.widgets.ladder_rows import (
    BAR_STEPS,
    SIZE_WIDTH,
    LadderRow,
    LadderWindow,
    centred,
    ladder_rows,
    middle_of,
)
from polyterm.widgets.numbers import clock_text, fit, price_text, size_text

_HEAD_LINES = 1
_FOOT_LINES = 1
_PRICE_WIDTH = 6


class Ladder(Widget, can_focus=True):
    """Prices from high to low, sizes and own orders beside them, the micro-price between."""

    ALLOW_SELECT = False
    BORDER_TITLE = "Book"
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "ladder--head",
        "ladder--notice",
        "ladder--bid",
        "ladder--ask",
        "ladder--price",
        "ladder--micro",
        "ladder--own",
        "ladder--foot",
        "ladder--stale",
    }
    DEFAULT_CSS = """
    Ladder { height: 1fr; width: 1fr; }
    Ladder > .ladder--head { color: $faint; }
    Ladder > .ladder--notice { text-style: reverse bold; color: $warning; }
    Ladder > .ladder--bid { color: $buy; }
    Ladder > .ladder--ask { color: $sell; }
    Ladder > .ladder--price { text-style: bold; }
    Ladder > .ladder--micro { color: $accent; }
    Ladder > .ladder--own { color: $foreground; text-style: bold; }
    Ladder > .ladder--foot { color: $faint; }
    Ladder > .ladder--stale { color: $stale; text-style: dim; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll(1)", "Up", show=False),
        Binding("down", "scroll(-1)", "Down", show=False),
        Binding("pageup", "scroll(10)", "Page up", show=False),
        Binding("pagedown", "scroll(-10)", "Page down", show=False),
        Binding("home", "recentre", "Centre", show=False),
    ]

    @dataclass
    class PricePicked(Message):
        """A price was clicked."""

        price: Price

    @dataclass
    class LevelsShown(Message):
        """The first levels of a book are about to be painted."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._has_shown_levels = False
        self._snapshot: MarketSnapshot | None = None
        self._notice = "waiting for a market"
        self._window: LadderWindow | None = None
        self._follows = True
        self._rows: tuple[LadderRow, ...] = ()
        self._foot = ""
        self._strips: dict[int, Strip] = {}
        self._styles: dict[str, Style] = {}

    def show(self, snapshot: MarketSnapshot | None, notice: str) -> None:
        """Take a newer picture; a notice says why it must not be relied on, empty when it may."""
        if snapshot is None or self._is_other_token(snapshot):
            self._window, self._follows = None, True
        if bool(notice) != bool(self._notice):
            self._strips.clear()
            self.refresh()
        elif notice != self._notice:
            self._repaint(0)
        self._snapshot, self._notice = snapshot, notice
        self._lay_out()

    def action_scroll(self, rows: int) -> None:
        """Look so many rows higher, and stop following the market."""
        if self._window is not None:
            self._follows = False
            self._window = self._window.moved(rows)
            self._lay_out()

    def action_recentre(self) -> None:
        """Bring the market back to the middle, and follow it again."""
        self._window, self._follows = None, True
        self._lay_out()

    def notify_style_update(self) -> None:
        self._strips.clear()
        self._styles.clear()
        super().notify_style_update()

    def on_resize(self) -> None:
        self._window = None
        self._strips.clear()
        self._lay_out()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_scroll(3)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_scroll(-3)

    def on_click(self, event: events.Click) -> None:
        place = event.get_content_offset(self)
        index = -1 if place is None else place.y - _HEAD_LINES
        if 0 <= index < len(self._rows) and (price := self._rows[index].price) is not None:
            self.post_message(self.PricePicked(price))

    def render_line(self, y: int) -> Strip:
        width = self.content_size.width
        strip = self._strips.get(y)
        if strip is None or strip.cell_length != width:
            strip = self._strips[y] = self._draw(y, width)
        return strip

    def _is_other_token(self, snapshot: MarketSnapshot) -> bool:
        return self._snapshot is None or self._snapshot.token_id != snapshot.token_id

    def _lay_out(self) -> None:
        old, self._rows = self._rows, self._new_rows()
        for index, (before, now) in enumerate(zip_longest(old, self._rows)):
            if before != now:
                self._repaint(index + _HEAD_LINES)
        if not self._has_shown_levels and any(row.bid or row.ask for row in self._rows):
            self._has_shown_levels = True
            self.post_message(self.LevelsShown())
        foot = _foot_text(self._snapshot)
        if foot != self._foot:
            self._foot = foot
            self._repaint(self.content_size.height - _FOOT_LINES)

    def _new_rows(self) -> tuple[LadderRow, ...]:
        height = self.content_size.height - _HEAD_LINES - _FOOT_LINES
        if self._snapshot is None or height < 1:
            return ()
        self._place_window(self._snapshot, height)
        return () if self._window is None else ladder_rows(self._snapshot, self._window)

    def _place_window(self, snapshot: MarketSnapshot, height: int) -> None:
        tick = snapshot.market.tick
        if self._window is not None and self._window.tick != tick:
            self._window = None
        middle = middle_of(snapshot)
        if middle is None:
            return
        if self._window is None or (self._follows and not self._window.holds_well(round(middle))):
            self._window = centred(middle, height, tick)

    def _repaint(self, y: int) -> None:
        self._strips.pop(y, None)
        self.refresh(Region(0, y, self.content_size.width, 1))

    def _style(self, part: str) -> Style:
        if self._notice and part not in {"notice", "own"}:
            part = "stale"
        style = self._styles.get(part)
        if style is None:
            style = self.get_component_rich_style(f"ladder--{part}", partial=True)
            self._styles[part] = style
        return style

    def _draw(self, y: int, width: int) -> Strip:
        base = self.rich_style
        if y == 0:
            pieces = self._head(width)
        elif y == self.content_size.height - _FOOT_LINES:
            pieces = [Segment(fit(self._foot, width), self._style("foot"))]
        elif y - _HEAD_LINES < len(self._rows):
            pieces = self._row(self._rows[y - _HEAD_LINES], width)
        else:
            pieces = []
        strip = Strip(Segment.apply_style(pieces, base))
        return strip.adjust_cell_length(width, base)

    def _head(self, width: int) -> list[Segment]:
        if self._notice:
            return [Segment(fit(f" {self._notice} ", width).center(width), self._style("notice"))]
        side = _side_width(width)
        text = f"{'BIDS ':>{side}} {'PRICE':^{_PRICE_WIDTH + 2}} {'ASKS':>{SIZE_WIDTH + 1}}"
        return [Segment(text, self._style("head"))]

    def _row(self, row: LadderRow, width: int) -> list[Segment]:
        side = _side_width(width)
        if row.is_micro:
            return self._micro_line(row, side)
        gutter = "│" if row.in_band else " "
        own_bid = row.own_side is Side.SELL and not row.bid
        own_ask = row.own_side is Side.BUY and not row.ask
        marks = (
            "◆" if row.own_side is Side.BUY else " ",
            "◆" if row.own_side is Side.SELL else " ",
        )
        left = _own_text(row, side).rjust(side) if own_bid else _bid_text(row, side)
        right = _own_text(row, side).ljust(side) if own_ask else _ask_text(row, side)
        return [
            Segment(left, self._style("own" if own_bid else "bid")),
            Segment(marks[0], self._style("own")),
            Segment(gutter, self._style("micro")),
            Segment(f"{row.label:^{_PRICE_WIDTH}}", self._style("price")),
            Segment(gutter, self._style("micro")),
            Segment(marks[1], self._style("own")),
            Segment(right, self._style("own" if own_ask else "ask")),
        ]

    def _micro_line(self, row: LadderRow, side: int) -> list[Segment]:
        left = f" {row.bid} ─".rjust(side, "─")
        right = f"─ {row.ask} ".ljust(side, "─")
        return [
            Segment(left + "─┤", self._style("micro")),
            Segment(f"{row.label:^{_PRICE_WIDTH}}", self._style("micro") + Style(bold=True)),
            Segment("├─" + right, self._style("micro")),
        ]


def _side_width(width: int) -> int:
    return max((width - _PRICE_WIDTH - 4) // 2, SIZE_WIDTH)


def _bar_cells(steps: int, room: int, half: str) -> str:
    halves = steps * room * 2 // BAR_STEPS
    halves = max(halves, 1) if steps else 0
    return "█" * (halves // 2) + half * (halves % 2)


def _bid_text(row: LadderRow, side: int) -> str:
    room = max(side - SIZE_WIDTH - 2, 0)
    return f"{_bar_cells(row.bid_bar, room, '▐')[::-1]:>{room}} {row.bid:>{SIZE_WIDTH}} "


def _ask_text(row: LadderRow, side: int) -> str:
    room = max(side - SIZE_WIDTH - 2, 0)
    return f" {row.ask:>{SIZE_WIDTH}} {_bar_cells(row.ask_bar, room, '▌'):<{room}}"


def _own_text(row: LadderRow, side: int) -> str:
    words = f"{row.own} after {row.ahead}"
    return f" {words} " if len(words) <= side - 2 else fit(f" {row.own}/{row.ahead} ", side)


def _foot_text(snapshot: MarketSnapshot | None) -> str:
    if snapshot is None or snapshot.last_trade is None:
        return ""
    trade = snapshot.last_trade
    word = "bought" if trade.side is Side.BUY else "sold"
    price = price_text(trade.price, snapshot.market.tick)
    return f" last {price} × {size_text(trade.size, 8)} {word} {clock_text(trade.at_ms)}"
