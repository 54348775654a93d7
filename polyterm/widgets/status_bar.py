"""The state of things in one line: money, feeds, delays, orders, the stop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.text import Text
from textual.widget import Widget

from polyterm.models.events import StopState
from polyterm.models.money import format_dollars
from polyterm.models.views import AccountView, HealthView
from polyterm.widgets.numbers import NOTHING, seconds_text

_GAP = "  "
STOP_WORDS = {
    StopState.RUNNING: "armed",
    StopState.STOPPING: "STOPPING",
    StopState.STOPPED_VERIFIED: "STOPPED",
    StopState.STOP_UNVERIFIED: "STOP UNVERIFIED",
}


class _Part(NamedTuple):
    rank: int
    """Parts of the highest rank go first where the line is narrow."""
    full: str
    short: str


class StatusBar(Widget):
    """Health and money at a glance; what matters least goes first where it is narrow."""

    DEFAULT_CSS = """
    StatusBar { height: 1; padding: 0 1; background: $panel; color: $text-muted; }
    StatusBar.-unwell { color: $warning; text-style: bold; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._health: HealthView | None = None
        self._account: AccountView | None = None
        self._text = ""

    def show_health(self, health: HealthView) -> None:
        """Take newer health."""
        self._health = health
        self.set_class(bool(health.problem) or not health.can_trade, "-unwell")
        self._redraw()

    def show_account(self, account: AccountView) -> None:
        """Take newer balances."""
        self._account = account
        self._redraw()

    def on_resize(self) -> None:
        self._redraw()

    def render(self) -> Text:
        return Text(self._text, no_wrap=True, overflow="ellipsis")

    def _redraw(self) -> None:
        text = status_line(self._health, self._account, self.content_size.width)
        if text != self._text:
            self._text = text
            self.refresh()


def status_line(health: HealthView | None, account: AccountView | None, width: int) -> str:
    """The line in at most `width` characters, the least important parts left out."""
    if health is None:
        return ""
    ranked = _parts(health, account)
    for keep in range(len(ranked), 0, -1):
        kept = [part for part in ranked if part.rank < keep]
        for line in (_GAP.join(part.full for part in kept), _GAP.join(p.short for p in kept)):
            if len(line) <= width:
                return line
    return STOP_WORDS[health.stop.state][:width]


def _parts(health: HealthView, account: AccountView | None) -> Sequence[_Part]:
    cash = NOTHING if account is None else format_dollars(account.available)
    latency = NOTHING if health.latency_ms is None else f"{health.latency_ms:.0f}ms"
    feed = feed_word(health)
    orders = f"{health.running} running"
    exposure = format_dollars(health.exposure)
    return (
        _Part(3, f"cash {cash}", cash),
        _Part(5, f"exposure {exposure}", f"exp {exposure}"),
        _Part(2, orders, f"{health.running} run"),
        _Part(4, f"{health.queued} queued", f"{health.queued} que"),
        _Part(1, f"{health.unknown} unknown", f"{health.unknown} unk"),
        _Part(1, f"feed {feed}", f"feed {feed}"),
        _Part(6, f"latency {latency}", f"net {latency}"),
        _Part(7, f"loop lag {health.loop_lag_ms:.0f}ms", f"lag {health.loop_lag_ms:.0f}ms"),
        _Part(0, f"stop: {STOP_WORDS[health.stop.state]}", STOP_WORDS[health.stop.state]),
    )


def feed_word(health: HealthView) -> str:
    """How the market data stands: its age, or the word for why there is none."""
    if not health.exchange_up:
        return "EXCHANGE DOWN"
    if not health.market_feed_up:
        return "DOWN"
    return seconds_text(health.feed_age_ms)
