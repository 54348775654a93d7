"""The prices of one order: a chart where there is room, and always one line in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Label

from polyterm.bridge import Desk
from polyterm.models.enums import ChildStatus
from polyterm.models.snapshot import MarketSnapshot
from polyterm.models.views import ChildView, OrderDetail, OrderView
from polyterm.widgets.numbers import NOTHING, clock_text, micro_text, price_text
from polyterm.widgets.price_chart import LEGEND, PriceChart
from polyterm.widgets.price_picture import Prices, Stay
from polyterm.widgets.price_trail import EVERY_MS, Look, PriceTrail, look_at

_NEVER_THERE = frozenset({ChildStatus.WRITTEN, ChildStatus.REJECTED, ChildStatus.NEVER_LANDED})


class OrderPrices(Vertical):
    """Our price, the best prices and the band, from the order's begin until now."""

    def __init__(self, desk: Desk, trail: PriceTrail) -> None:
        super().__init__(id="order-prices", classes="pane")
        self._desk, self._trail = desk, trail
        self._chart = PriceChart()
        self._now = Label("", id="order-now", markup=False)

    def compose(self) -> ComposeResult:
        yield self._chart
        yield self._now

    def on_mount(self) -> None:
        self.border_title = "Price"
        self.border_subtitle = LEGEND

    def show_prices(self, detail: OrderDetail, snapshot: MarketSnapshot | None) -> None:
        """Draw the order as it stands, and say its prices."""
        order, now_ms = detail.order, self._desk.clock.now_ms()
        look = None if snapshot is None else look_at(snapshot, order.band_bps, now_ms)
        self._now.update(price_words(order, look), layout=False)
        if self._chart.size:
            self._chart.show_prices(self._prices(detail, now_ms))
            self.border_title = f"Price {_hours(order, self._trail, now_ms)}"

    def _prices(self, detail: OrderDetail, now_ms: int) -> Prices:
        order, looks = detail.order, self._trail.looks
        to_ms = order.ended_ms or now_ms
        return Prices(
            looks=looks,
            every_ms=self._trail.every_ms,
            stays=tuple(stays(detail.children, to_ms)),
            from_ms=order.created_ms,
            to_ms=to_ms,
            tick=order.tick,
        )


def stays(children: Iterable[ChildView], to_ms: int) -> Iterator[Stay]:
    """When our prices stood, as far as children ever reached the exchange."""
    for child in children:
        if child.status not in _NEVER_THERE:
            yield Stay(child.created_ms, child.ended_ms or to_ms, child.price)


def price_words(order: OrderView, look: Look | None) -> str:
    """All prices of this moment, and how ours lies to the band."""
    ours = tuple(child.price for child in order.working)
    mine = ", ".join(price_text(price, order.tick) for price in ours) or NOTHING
    if look is None:
        return f"ours {mine} · no book"
    band, place = NOTHING, ""
    if look.low is not None and look.high is not None:
        band = f"{micro_text(look.low)}-{micro_text(look.high)}"
        place = "".join(f", ours {_place(price, look.low, look.high)} it" for price in ours[:1])
    return (
        f"ours {mine} · bid {price_text(look.bid, order.tick)}"
        f" · ask {price_text(look.ask, order.tick)} · band {band}{place}"
    )


def _place(price: float, low: float, high: float) -> str:
    return "below" if price < low else "above" if price > high else "in"


def _hours(order: OrderView, trail: PriceTrail, now_ms: int) -> str:
    begin, end = clock_text(order.created_ms), clock_text(order.ended_ms or now_ms)
    looks = trail.looks
    if not looks or looks[0].at_ms - order.created_ms <= 2 * EVERY_MS:
        return f"{begin} - {end}"
    return f"{begin} - {end}, market seen since {clock_text(looks[0].at_ms)}"
