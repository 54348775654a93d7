"""Mid prices of each market over time, for charts."""

from __future__ import annotations

from collections import deque

from polyterm.models.enums import Side
from polyterm.models.ids import ConditionId
from polyterm.models.money import Price
from polyterm.simulator.clock import Clock
from polyterm.simulator.listener import Listener
from polyterm.simulator.markets import MarketState

MAX_POINTS = 5_000
"""Points kept of one market."""
MIN_GAP_MS = 1_000
"""Between two points of one market."""


class PriceHistory(Listener):
    """Points of (epoch ms, mid of the first outcome in 1/20,000 of a dollar)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._points: dict[ConditionId, deque[tuple[int, int]]] = {}

    def level_changed(self, state: MarketState, side: Side, price: Price, order_id: str) -> None:
        """Note the mid, at most once a second."""
        bid, ask = state.best(0)
        if bid is None or ask is None:
            return
        points = self._points.setdefault(state.id, deque(maxlen=MAX_POINTS))
        now_ms = self._clock.now_ms()
        if not points or now_ms - points[-1][0] >= MIN_GAP_MS:
            points.append((now_ms, bid + ask))

    def between(
        self, condition_id: ConditionId, start_s: int, end_s: int, step_s: int
    ) -> list[tuple[int, int]]:
        """Points of (epoch seconds, twice the mid), at least `step_s` apart."""
        chosen: list[tuple[int, int]] = []
        for at_ms, double_mid in self._points.get(condition_id, ()):
            at_s = at_ms // 1000
            if not start_s <= at_s <= end_s:
                continue
            if not chosen or at_s - chosen[-1][0] >= step_s:
                chosen.append((at_s, double_mid))
        return chosen
