"""What the market did while an order worked: a few hundred looks, thinned as they grow old."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from polyterm.engine.clock import Clock
from polyterm.engine.face import EngineFace
from polyterm.models.ids import OrderId, TokenId
from polyterm.models.money import Price
from polyterm.models.snapshot import MarketSnapshot
from polyterm.models.views import OrderView

EVERY_MS = 1_000
"""From one look to the next, while an order is young."""
MOST_LOOKS = 240
MOST_ORDERS = 64
"""Orders that are watched at a time, the newest; as many ended ones are remembered."""


class Look(NamedTuple):
    """The market at one time, in price units; nothing where a side is empty."""

    at_ms: int
    bid: Price | None
    ask: Price | None
    micro: float | None
    low: float | None
    high: float | None
    """Edges of the micro-price band."""


class PriceTrail:
    """Looks in order of time; where there are too many, every other one is dropped."""

    def __init__(self) -> None:
        self._looks: list[Look] = []
        self.every_ms = EVERY_MS

    @property
    def looks(self) -> tuple[Look, ...]:
        """All that is remembered, oldest first."""
        return tuple(self._looks)

    def add(self, look: Look) -> None:
        """Remember a look, unless the one before it is too young."""
        if self._looks and look.at_ms - self._looks[-1].at_ms < self.every_ms:
            return
        self._looks.append(look)
        if len(self._looks) > MOST_LOOKS:
            self._looks = self._looks[::2]
            self.every_ms *= 2


class PriceTrails:
    """The trail of every order at work, from when this console first saw it."""

    def __init__(self, engine: EngineFace, clock: Clock) -> None:
        self._engine, self._clock = engine, clock
        self._running: tuple[OrderView, ...] = ()
        self._trails: dict[OrderId, PriceTrail] = {}

    def of(self, order_id: OrderId) -> PriceTrail:
        """The trail of an order; still empty where it was never seen at work."""
        return self._trails.setdefault(order_id, PriceTrail())

    def follow(self, orders: Iterable[OrderView]) -> None:
        """Watch those of these that are at work."""
        running = (order for order in orders if not order.status.is_final)
        self._running = tuple(islice(running, MOST_ORDERS))

    def look(self) -> None:
        """Look at the markets once, for all orders at work."""
        seen: dict[TokenId, MarketSnapshot | None] = {}
        now_ms = self._clock.now_ms()
        for order in self._running:
            if order.token_id not in seen:
                seen[order.token_id] = self._engine.snapshot(order.token_id)
            snapshot = seen[order.token_id]
            if snapshot is not None and snapshot.is_live:
                trail = self._trails.setdefault(order.order_id, PriceTrail())
                trail.add(look_at(snapshot, order.band_bps, now_ms))
        while len(self._trails) > 2 * MOST_ORDERS:
            del self._trails[next(iter(self._trails))]


def look_at(snapshot: MarketSnapshot, band_bps: int, now_ms: int) -> Look:
    """The prices of a snapshot, with the band drawn as the ladder draws it."""
    bid, ask, micro = snapshot.best_bid, snapshot.best_ask, snapshot.micro
    low = high = None
    if micro is not None:
        half = max(micro * band_bps / 10_000, snapshot.market.tick)
        low, high = micro - half, micro + half
    return Look(
        now_ms,
        None if bid is None else bid.price,
        None if ask is None else ask.price,
        micro,
        low,
        high,
    )
