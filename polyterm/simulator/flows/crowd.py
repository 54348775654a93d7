"""Everybody in a synthetic market who is not a market maker: takers and noise traders."""

from __future__ import annotations

from math import tanh
from random import Random

from polyterm.models.book import BookTop
from polyterm.models.enums import OrderType, Side
from polyterm.models.ids import ConditionId
from polyterm.models.money import Price
from polyterm.models.tick import clamp, on_tick
from polyterm.simulator.flow_host import FlowHost
from polyterm.simulator.flows.character import Character
from polyterm.simulator.flows.sizes import draw_size

_TAKER_SIGMA = 0.9
_NOISE_SIGMA = 0.8
_SLIPPAGE_TICKS = 1
_TOWARDS_FAIR = 0.25
_WITH_MOMENTUM = 0.12
_INSIDE, _BEHIND = 0.35, 0.2
"""Chances that a noise trader undercuts by a tick, or queues a tick behind; else at the best."""


class Crowd:
    """Takers and noise traders of one market."""

    def __init__(
        self, host: FlowHost, condition_id: ConditionId, tick: Price, character: Character
    ) -> None:
        self.resting: set[str] = set()
        """Ids of noise traders' orders that may still rest."""
        self._host = host
        self._condition_id = condition_id
        self._tick = tick
        self._character = character
        self._last_fair: float | None = None

    def take(self, fair: float, random: Random) -> None:
        """Send one market order, a little more often towards the fair value and with its move."""
        top = self._top()
        if top.best_bid is None or top.best_ask is None:
            return
        mid = (top.best_bid.price + top.best_ask.price) / 2
        moved = fair - (self._last_fair or fair)
        self._last_fair = fair
        buys = (
            0.5
            + _TOWARDS_FAIR * tanh((fair - mid) / self._tick)
            + _WITH_MOMENTUM * tanh(moved / self._tick)
        )
        side = Side.BUY if random.random() < buys else Side.SELL
        best = top.best_ask if side is Side.BUY else top.best_bid
        self._host.place_house(
            self._condition_id,
            side,
            clamp(best.price + side.sign * _SLIPPAGE_TICKS * self._tick, self._tick),
            draw_size(self._character.taker_shares, _TAKER_SIGMA, random),
            OrderType.FAK,
        )

    def rest(self, random: Random) -> str | None:
        """Place one order at or near the best quote; its id where it rests."""
        side = random.choice((Side.BUY, Side.SELL))
        price = self._noise_price(side, random.random())
        if price is None:
            return None
        size = draw_size(self._character.noise_shares, _NOISE_SIGMA, random)
        order_id = self._host.place_house(self._condition_id, side, price, size)
        if order_id is not None:
            self.resting.add(order_id)
        return order_id

    def withdraw(self, order_id: str) -> None:
        """Take a noise trader's order out, where it still rests."""
        self.resting.discard(order_id)
        self._host.cancel_house(order_id)

    def _noise_price(self, side: Side, choice: float) -> Price | None:
        top = self._top()
        if top.best_bid is None or top.best_ask is None:
            return None
        best = top.best_bid.price if side is Side.BUY else top.best_ask.price
        price = best + side.sign * self._tick * self._ticks_inside(choice, top)
        return price if on_tick(price, self._tick) else None

    def _ticks_inside(self, choice: float, top: BookTop) -> int:
        if choice < _INSIDE:
            return 1 if (top.spread or 0) > self._tick else 0
        return -1 if choice < _INSIDE + _BEHIND else 0

    def _top(self) -> BookTop:
        return self._host.book(self._condition_id, 1)
