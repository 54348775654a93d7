"""A pure little exchange for one order: virtual time, one book, fills by chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from polyterm.models.enums import OrderType
from polyterm.models.ids import ChildId
from polyterm.models.money import (
    PRICE_ONE,
    SIZE_STEP,
    Price,
    Size,
    floor_to,
    format_price,
    format_units,
)
from polyterm.strategies.base import (
    Cancel,
    Decision,
    Done,
    Fail,
    MarketView,
    OrderState,
    Place,
    Replace,
    Resize,
    Wait,
    Working,
)
from polyterm.strategies.router import decide
from tests.strategies.factory import T0, seeded

STEP_MS = 500


@dataclass
class Simulation:
    """Runs an order to its end; what it did stays to be looked at."""

    order: OrderState
    market: Callable[[int], MarketView]
    """The others' book at a time."""
    seed: int = 1
    fill_chance: float = 0.2
    """Chance in each step that the resting child trades."""
    now_ms: int = T0
    placed: list[Place] = field(default_factory=list[Place])
    replaced: list[Replace] = field(default_factory=list[Replace])
    resized: list[Resize] = field(default_factory=list[Resize])
    prices: list[Price] = field(default_factory=list[Price])
    trace: list[str] = field(default_factory=list[str])
    """Every decision but waits, with its time."""
    end: Done | Fail | None = None

    def run(self, limit_s: int = 7_200) -> Simulation:
        """Step until the order ends; an order that never does fails the test."""
        chance = seeded(self.seed)
        while self.end is None:
            assert self.now_ms < T0 + limit_s * 1000, f"never ended: {self.order}"
            self._settle()
            self.now_ms += STEP_MS
            self._cross()
            if self.order.working and chance.random() < self.fill_chance:
                self._fill(chance.choice([1.0, chance.random()]))
        return self

    def _settle(self) -> None:
        for _ in range(20):
            random = seeded(self.seed << 24 | self.order.children)
            decision = decide(self.order, self.market(self.now_ms), self.now_ms, random)
            if isinstance(decision, Wait):
                return
            self._apply(decision)
            if self.end:
                return
        raise AssertionError(f"decides in circles: {self.order}")

    def _apply(self, decision: Decision) -> None:
        self.trace.append(f"{(self.now_ms - T0) / 1000:8.1f} {_words(decision)}")
        match decision:
            case Place():
                self.placed.append(decision)
                self._put(decision.price, decision.size)
                if decision.order_type is OrderType.FAK:
                    self._drop()
                    self.order = replace(self.order, crossed=True)
            case Replace():
                self.replaced.append(decision)
                left = self.order.working[0].remaining
                self._drop()
                self._put(decision.price, left)
                adjustments = self.order.adjustments + 1
                self.order = replace(
                    self.order, adjustments=adjustments, last_adjusted_ms=self.now_ms
                )
            case Cancel():
                self._drop()
            case Resize():
                self.resized.append(decision)
                self.order = replace(self.order, size=decision.size, resized_ms=self.now_ms)
            case Done() | Fail():
                self.end = decision
            case Wait():
                pass

    def _put(self, price: Price, size: Size) -> None:
        assert not self.order.working
        self.prices.append(price)
        number = self.order.children + 1
        child = Working(ChildId(f"0x{number:02x}"), price, size, size, self.now_ms, is_live=True)
        self.order = replace(self.order, working=(child,), children=number)
        self._cross()

    def _drop(self) -> None:
        self.order = replace(self.order, working=(), last_ended_ms=self.now_ms)

    def _cross(self) -> None:
        book = self.market(self.now_ms).book
        for child in self.order.working:
            opposite = book.side(self.order.side.opposite)
            if opposite and self.order.side.crosses(child.price, opposite[0].price):
                self._fill(min(opposite[0].size / child.remaining, 1.0))

    def _fill(self, part: float) -> None:
        child = self.order.working[0]
        size = min(
            max(floor_to(round(child.remaining * part), SIZE_STEP), SIZE_STEP), child.remaining
        )
        left = replace(child, remaining=child.remaining - size)
        funds = self.order.funds
        cost = child.price * size // PRICE_ONE
        if funds is not None:
            sign = self.order.side.sign
            funds = replace(
                funds,
                available=funds.available - sign * cost,
                held=funds.held + sign * size,
                sellable=funds.sellable + sign * size,
                held_value=max(funds.held_value + sign * cost, 0),
            )
        self.order = replace(
            self.order,
            filled=self.order.filled + size,
            paid=self.order.paid + cost,
            working=(left,) if left.remaining else (),
            last_ended_ms=self.order.last_ended_ms if left.remaining else self.now_ms,
            funds=funds,
        )


def _words(decision: Decision) -> str:
    price, size = getattr(decision, "price", None), getattr(decision, "size", None)
    at = "" if price is None else f" at {format_price(price)}"
    of = "" if size is None else f" {format_units(size, 0)}"
    return f"{type(decision).__name__}{of}{at}: {decision.reason}"
