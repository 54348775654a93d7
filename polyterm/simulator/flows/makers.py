"""Market makers of a synthetic market: a ladder of quotes around the fair value."""

from __future__ import annotations

from collections.abc import Collection
from math import ceil, floor
from random import Random

from polyterm.models.enums import Side
from polyterm.models.ids import ConditionId
from polyterm.models.money import PRICE_ONE, SIZE_STEP, UNIT, Price, Size, floor_to
from polyterm.models.tick import on_tick
from polyterm.simulator.flow_host import FlowHost
from polyterm.simulator.flows.character import Character
from polyterm.simulator.flows.sizes import draw_size

_SIDES = (Side.BUY, Side.SELL)
_SIZE_SIGMA = 0.45
_THIN = 0.4
"""A level below this share of its usual size is worth filling up."""
_FULL = 1.5
"""Nobody adds to a level that holds this many times its usual size."""
_FILL_UP = 0.7
"""Chance that makers fill up a thin level when they see it; at their best they always do."""
_SECOND_THOUGHTS = 0.5
"""Chance that one level is changed for no visible reason."""
_SLACK_LEVELS = 3


class Makers:
    """Keeps the ladder of one market; holds no book of its own, the house's is what it left."""

    def __init__(
        self, host: FlowHost, condition_id: ConditionId, tick: Price, character: Character
    ) -> None:
        self._host = host
        self._condition_id = condition_id
        self._tick = tick
        self._character = character
        self._gap: tuple[Side, int] | None = None

    def open_gap(self, side: Side) -> None:
        """Stop quoting behind the best level of a side."""
        self._gap = (side, self._character.gap_ticks)
        best = self._host.house_book(self._condition_id, 1).side(side)
        for distance in range(1, self._character.gap_ticks + 1):
            for level in best:
                self._clear(side, level.price - side.sign * distance * self._tick, ())

    def close_gap(self) -> None:
        """Quote every level again from the next look on."""
        self._gap = None

    def look(
        self, fair: float, guests: Collection[str], random: Random, *, eager: bool = False
    ) -> None:
        """Adjust the ladder: leave what is too dear, then quote what is missing.

        `guests` are house orders of other people, left alone while they are on their own side of
        the fair value; `eager` makers fill up every thin level at once.
        """
        quotes = self._quotes(fair)
        for side in _SIDES:
            self._leave(side, quotes[side], fair, guests)
        for side in _SIDES:
            self._quote(side, quotes[side], random, eager=eager)
        if not eager and random.random() < _SECOND_THOUGHTS:
            self._reconsider(random.choice(_SIDES), random)

    def _quotes(self, fair: float) -> dict[Side, Price]:
        half = self._character.half_spread_ticks
        bid = floor(fair / self._tick - half) * self._tick
        ask = ceil(fair / self._tick + half) * self._tick
        bid = min(max(bid, self._tick), PRICE_ONE - 2 * self._tick)
        return {Side.BUY: bid, Side.SELL: min(max(ask, bid + self._tick), PRICE_ONE - self._tick)}

    def _leave(self, side: Side, quote: Price, fair: float, guests: Collection[str]) -> None:
        farthest = (self._character.levels + _SLACK_LEVELS) * self._tick
        for price, _ in self._host.house_book(self._condition_id).side(side):
            if (price - quote) * side.sign > 0:
                wrong_side = (price - fair) * side.sign >= 0
                self._clear(side, price, () if wrong_side else guests)
            elif (quote - price) * side.sign > farthest:
                self._clear(side, price, ())

    def _clear(self, side: Side, price: Price, spared: Collection[str]) -> None:
        for order_id, _ in self._host.house_orders(self._condition_id, side, price):
            if order_id not in spared:
                self._host.cancel_house(order_id)

    def _quote(self, side: Side, quote: Price, random: Random, *, eager: bool) -> None:
        top = self._host.house_book(self._condition_id)
        shown = dict(top.side(side))
        facing = next(iter(top.side(side.opposite)), None)
        for distance in range(self._character.levels):
            price = quote - side.sign * distance * self._tick
            if not on_tick(price, self._tick):
                return
            crosses = facing is not None and side.crosses(price, facing.price)
            if crosses or self._is_left_open(side, distance):
                continue
            usual = self._character.touch_shares * self._character.growth**distance
            keen = eager or distance == 0 or random.random() < _FILL_UP
            if keen and self._is_thin(shown.get(price, 0), usual):
                self._place(side, price, draw_size(usual, _SIZE_SIGMA, random))

    def _is_left_open(self, side: Side, distance: int) -> bool:
        return self._gap is not None and self._gap[0] is side and 0 < distance <= self._gap[1]

    @staticmethod
    def _is_thin(size: Size, usual_shares: float) -> bool:
        return size < _THIN * usual_shares * UNIT

    def _reconsider(self, side: Side, random: Random) -> None:
        levels = self._host.house_book(self._condition_id).side(side)
        distance = int(random.expovariate(0.4))
        if distance >= len(levels):
            return
        price, size = levels[distance]
        usual = self._character.touch_shares * self._character.growth**distance
        if size < _FULL * usual * UNIT and random.random() < 0.5:
            self._place(side, price, draw_size(usual * 0.4, _SIZE_SIGMA, random))
            return
        order_id, left = self._host.house_orders(self._condition_id, side, price)[-1]
        self._host.cancel_house(order_id, max(floor_to(left // 2, SIZE_STEP), SIZE_STEP))

    def _place(self, side: Side, price: Price, size: Size) -> None:
        self._host.place_house(self._condition_id, side, price, size)
