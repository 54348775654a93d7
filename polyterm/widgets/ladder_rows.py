"""What a ladder shows, row by row, worked out apart from how it is painted.

Rows are values: a row that equals the one before it is not painted again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from polyterm.models.enums import Side
from polyterm.models.money import PRICE_ONE, UNIT, Price, Size
from polyterm.models.snapshot import BAND_BPS, MarketSnapshot, OwnOrder
from polyterm.models.tick import clamp
from polyterm.widgets.numbers import micro_text, price_text, size_text

BAR_STEPS = 16
"""Lengths a bar can have; few, so that a bar rarely changes when the book does."""
SIZE_WIDTH = 7


class LadderRow(NamedTuple):
    """One price, or the micro-price between two of them."""

    price: Price | None = None
    label: str = ""
    bid: str = ""
    ask: str = ""
    bid_bar: int = 0
    """Length of the bar in `BAR_STEPS`ths."""
    ask_bar: int = 0
    own: str = ""
    """What is left of our orders at this price."""
    ahead: str = ""
    """What stands ahead of them in the queue."""
    own_side: Side | None = None
    in_band: bool = False
    is_micro: bool = False


class LadderWindow(NamedTuple):
    """Which prices are on screen."""

    top: Price
    height: int
    tick: Price

    @property
    def bottom(self) -> Price:
        """The lowest price on screen."""
        return self.top - (self.height - 1) * self.tick

    def moved(self, rows: int) -> LadderWindow:
        """The window so many rows higher, as far as there are prices."""
        return self._replace(top=_top(self.top + rows * self.tick, self.height, self.tick))

    def holds_well(self, price: Price) -> bool:
        """Whether a price lies in the middle half, where the eye expects the market."""
        return abs(self.top - self.height // 2 * self.tick - price) <= self.height // 4 * self.tick


def centred(price: float, height: int, tick: Price) -> LadderWindow:
    """The window with that price in its middle, as far as there are prices."""
    middle = clamp(round(price / tick) * tick, tick)
    return LadderWindow(_top(middle + height // 2 * tick, height, tick), height, tick)


def _top(wanted: Price, height: int, tick: Price) -> Price:
    lowest_top = tick * height
    highest_top = PRICE_ONE - tick
    return min(max(wanted, lowest_top), highest_top)


def middle_of(snapshot: MarketSnapshot) -> float | None:
    """The price to centre on: micro-price, else the side there is, else the last trade."""
    if snapshot.micro is not None:
        return snapshot.micro
    for level in (snapshot.best_bid, snapshot.best_ask):
        if level is not None:
            return level.price
    return None if snapshot.last_trade is None else snapshot.last_trade.price


def ladder_rows(snapshot: MarketSnapshot, window: LadderWindow) -> tuple[LadderRow, ...]:
    """The rows of a window, highest price first, the micro-price between its neighbours."""
    bids, asks = dict(snapshot.book.bids), dict(snapshot.book.asks)
    own = _own_by_price(snapshot.own)
    scale = _bar_scale(snapshot, window)
    band = _drawn_band(snapshot)
    micro = snapshot.micro
    rows: list[LadderRow] = []
    for price in range(window.top, window.bottom - 1, -window.tick):
        if micro is not None and price <= micro < price + window.tick and rows:
            rows.append(_micro_row(snapshot))
        mine, ahead, side = own.get(price, ("", "", None))
        bid, ask = bids.get(price, 0), asks.get(price, 0)
        exists = 0 < price < PRICE_ONE
        rows.append(
            LadderRow(
                price=price if exists else None,
                label=price_text(price, window.tick) if exists else "",
                bid=size_text(bid, SIZE_WIDTH) if bid else "",
                ask=size_text(ask, SIZE_WIDTH) if ask else "",
                bid_bar=_bar(bid, scale),
                ask_bar=_bar(ask, scale),
                own=mine,
                ahead=ahead,
                own_side=side,
                in_band=exists and band is not None and band[0] <= price <= band[1],
            )
        )
    return tuple(rows[: window.height])


def _micro_row(snapshot: MarketSnapshot) -> LadderRow:
    spread = price_text(snapshot.spread, snapshot.market.tick)
    return LadderRow(
        label=micro_text(snapshot.micro), bid="micro", ask=f"spread {spread}", is_micro=True
    )


def _drawn_band(snapshot: MarketSnapshot) -> tuple[float, float] | None:
    if snapshot.micro is None:
        return None
    half = max(snapshot.micro * BAND_BPS / PRICE_ONE, snapshot.market.tick)
    return snapshot.micro - half, snapshot.micro + half


def _own_by_price(own: Iterable[OwnOrder]) -> dict[Price, tuple[str, str, Side]]:
    merged: dict[Price, tuple[Size, Size, Side]] = {}
    for order in own:
        left, ahead, _ = merged.get(order.price, (0, order.ahead, order.side))
        merged[order.price] = (left + order.remaining, min(ahead, order.ahead), order.side)
    return {
        price: (size_text(left, SIZE_WIDTH), size_text(ahead, SIZE_WIDTH), side)
        for price, (left, ahead, side) in merged.items()
    }


def _bar_scale(snapshot: MarketSnapshot, window: LadderWindow) -> Size:
    sizes = [
        level.size
        for levels in (snapshot.book.bids, snapshot.book.asks)
        for level in levels
        if window.bottom <= level.price <= window.top
    ]
    return round_scale(max(sizes, default=UNIT))


def round_scale(largest: Size) -> Size:
    """The next of 1, 2, 5, 10, 20, ... shares: a scale that stands still while sizes move."""
    step = UNIT
    while True:
        for factor in (1, 2, 5):
            if factor * step >= largest:
                return factor * step
        step *= 10


def _bar(size: Size, scale: Size) -> int:
    return min(-(-size * BAR_STEPS // scale), BAR_STEPS)
