"""The emergency stop and its proof, across the whole width of whatever is open."""

from __future__ import annotations

from rich.text import Text
from textual.widget import Widget

from polyterm.models.events import StopState
from polyterm.models.views import StopView
from polyterm.widgets.numbers import clock_text


class StopBanner(Widget):
    """Three lines in words: the state, the proof, and the way on."""

    DEFAULT_CSS = """
    StopBanner {
        dock: top; height: 3; width: 100%; padding: 0 1;
        content-align: center middle; text-align: center;
        background: $error; color: $text; text-style: bold;
    }
    StopBanner.-verified { background: $success-darken-1; }
    """

    def __init__(self, stop: StopView) -> None:
        super().__init__()
        self._stop = stop

    def on_mount(self) -> None:
        self.show_stop(self._stop)

    def show_stop(self, stop: StopView) -> None:
        """Take a newer state."""
        self._stop = stop
        self.set_class(stop.state is StopState.STOPPED_VERIFIED, "-verified")
        self.refresh()

    def render(self) -> Text:
        return Text("\n".join(stop_lines(self._stop)), justify="center")


def stop_lines(stop: StopView) -> tuple[str, str, str]:
    """State, proof and way on, in words."""
    since = "" if stop.since_ms is None else f" {clock_text(stop.since_ms)} UTC"
    reason = f", {stop.reason}" if stop.reason else ""
    match stop.state:
        case StopState.STOPPED_VERIFIED:
            return (
                f"■ STOPPED, VERIFIED: {stop.open_orders or 0} open orders",
                f"the exchange was read back:{since}{reason}",
                "nothing is sent until you re-arm: shift+r",
            )
        case StopState.STOP_UNVERIFIED:
            seen = "never" if stop.open_orders is None else f"still {stop.open_orders} open"
            return (
                f"▲ STOP UNVERIFIED: not proved that all is cancelled; read back: {seen}",
                f"still trying, since{since}{reason}",
                "nothing new is sent; if it stays so, cancel on the exchange's own site",
            )
        case _:
            return (
                "▲ STOPPING: cancelling every order, hand-placed ones included",
                f"asked for{since}{reason}",
                "nothing new is sent",
            )
