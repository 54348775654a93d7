"""A local exchange small enough to see through: one book a market, price and time, no money.

Time is virtual and moves only in `advance_to`, so a flow runs as fast as it computes. Only one task
may sleep at a time, which is all a flow needs.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from random import Random

from polyterm.models.book import BookTop, Level
from polyterm.models.enums import OrderType, Side
from polyterm.models.ids import ConditionId
from polyterm.models.money import Price, Size
from polyterm.models.tick import on_tick
from polyterm.simulator.flow_host import Flow, Listing

START_MS = 1_790_000_000_000


@dataclass(slots=True)
class RestingOrder:
    """One order in the book of the fake."""

    order_id: str
    side: Side
    price: Price
    left: Size
    is_house: bool


@dataclass(frozen=True, slots=True)
class Match:
    """One trade in the fake."""

    ms: int
    condition_id: ConditionId
    maker_id: str
    taker_id: str
    taker_side: Side
    price: Price
    size: Size
    between_house: bool


@dataclass(slots=True)
class FakeMarket:
    """A listed market of the fake."""

    listing: Listing
    tick: Price
    orders: dict[str, RestingOrder] = field(default_factory=dict[str, RestingOrder])
    is_open: bool = True
    winner: int | None = None


class FakeFlowHost:
    """Matches house orders and `trader` orders that tests place; remembers every trade."""

    def __init__(self) -> None:
        self.markets: dict[ConditionId, FakeMarket] = {}
        self.matches: list[Match] = []
        self.changes: list[tuple[int, ConditionId]] = []
        self.on_change: Callable[[ConditionId], None] | None = None
        self._ids = count(1)
        self._now_s = 0.0
        self._horizon_s = 0.0
        self._done = False
        self._arrived = asyncio.Event()
        self._released = asyncio.Event()

    def now_ms(self) -> int:
        return START_MS + int(self._now_s * 1000)

    async def sleep(self, seconds: float) -> None:
        due_s = self._now_s + seconds
        while due_s > self._horizon_s:
            self._now_s = self._horizon_s
            self._released.clear()
            self._arrived.set()
            await self._released.wait()
        self._now_s = due_s

    def open_market(self, listing: Listing) -> None:
        assert listing.market.condition_id not in self.markets
        self.markets[listing.market.condition_id] = FakeMarket(listing, listing.market.tick)

    def place_house(
        self,
        condition_id: ConditionId,
        side: Side,
        price: Price,
        size: Size,
        order_type: OrderType = OrderType.GTC,
    ) -> str | None:
        order = self._place(condition_id, side, price, size, order_type, is_house=True)
        return order.order_id if order.left and order_type.rests else None

    def place_trader(
        self,
        condition_id: ConditionId,
        side: Side,
        price: Price,
        size: Size,
        order_type: OrderType = OrderType.GTC,
    ) -> str:
        """Place a trader's order; its id, whether or not something rests."""
        return self._place(condition_id, side, price, size, order_type, is_house=False).order_id

    def cancel_house(self, order_id: str, size: Size | None = None) -> Size:
        for condition_id, market in self.markets.items():
            if order_id in market.orders:
                taken = self._take_out(market, order_id, size)
                self._changed(condition_id)
                return taken
        return 0

    def house_orders(
        self, condition_id: ConditionId, side: Side, price: Price
    ) -> Sequence[tuple[str, Size]]:
        return [
            (order.order_id, order.left)
            for order in self.markets[condition_id].orders.values()
            if order.is_house and order.side is side and order.price == price
        ]

    def book(self, condition_id: ConditionId, depth: int = 50) -> BookTop:
        return self._top(condition_id, depth, house_only=False)

    def house_book(self, condition_id: ConditionId, depth: int = 50) -> BookTop:
        return self._top(condition_id, depth, house_only=True)

    def set_tick(self, condition_id: ConditionId, tick: Price) -> None:
        self.markets[condition_id].tick = tick

    def close_market(self, condition_id: ConditionId, winner: int | None = None) -> None:
        market = self.markets[condition_id]
        assert market.is_open
        market.is_open, market.winner = False, winner
        market.orders.clear()

    def filled(self, order_id: str | None) -> Size:
        """What an order has traded so far, whichever side of the match it was on."""
        return sum(
            match.size for match in self.matches if order_id in {match.maker_id, match.taker_id}
        )

    @asynccontextmanager
    async def running(self, flow: Flow, random: Random) -> AsyncIterator[None]:
        """Open a flow and keep it running inside the block."""
        flow.open(self, random)
        task = asyncio.create_task(flow.run(self, random), name="flow")
        task.add_done_callback(self._end)
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            if not task.cancelled() and (error := task.exception()):
                raise error

    def _end(self, _: asyncio.Task[None]) -> None:
        self._done = True
        self._arrived.set()

    async def advance_to(self, seconds: float) -> None:
        """Let the running flow live until `seconds` after the start, or until it is done."""
        self._horizon_s = seconds
        if not self._done:
            self._arrived.clear()
            self._released.set()
            await self._arrived.wait()
        self._now_s = seconds

    def _place(
        self,
        condition_id: ConditionId,
        side: Side,
        price: Price,
        size: Size,
        order_type: OrderType,
        *,
        is_house: bool,
    ) -> RestingOrder:
        market = self.markets[condition_id]
        assert market.is_open
        assert on_tick(price, market.tick), f"{price} is not on the grid of {market.tick}"
        assert size > 0
        order = RestingOrder(f"order-{next(self._ids)}", side, price, size, is_house)
        self._match(market, order)
        if order.left and order_type.rests:
            market.orders[order.order_id] = order
        self._changed(condition_id)
        return order

    def _match(self, market: FakeMarket, taker: RestingOrder) -> None:
        facing = [order for order in market.orders.values() if order.side is taker.side.opposite]
        facing.sort(key=lambda order: -taker.side.opposite.sign * order.price)
        for maker in facing:
            if not taker.left or not taker.side.crosses(taker.price, maker.price):
                return
            size = min(taker.left, maker.left)
            taker.left -= size
            self._take_out(market, maker.order_id, size)
            self.matches.append(
                Match(
                    ms=self.now_ms(),
                    condition_id=market.listing.market.condition_id,
                    maker_id=maker.order_id,
                    taker_id=taker.order_id,
                    taker_side=taker.side,
                    price=maker.price,
                    size=size,
                    between_house=maker.is_house and taker.is_house,
                )
            )

    def _take_out(self, market: FakeMarket, order_id: str, size: Size | None) -> Size:
        order = market.orders[order_id]
        taken = order.left if size is None else min(size, order.left)
        order.left -= taken
        if not order.left:
            del market.orders[order_id]
        return taken

    def _top(self, condition_id: ConditionId, depth: int, *, house_only: bool) -> BookTop:
        sides: dict[Side, dict[Price, Size]] = {Side.BUY: {}, Side.SELL: {}}
        for order in self.markets[condition_id].orders.values():
            if order.is_house or not house_only:
                level = sides[order.side]
                level[order.price] = level.get(order.price, 0) + order.left
        return BookTop(
            *(
                tuple(
                    Level(price, sides[side][price])
                    for price in sorted(sides[side], reverse=side is Side.BUY)[:depth]
                )
                for side in (Side.BUY, Side.SELL)
            )
        )

    def _changed(self, condition_id: ConditionId) -> None:
        self.changes.append((self.now_ms(), condition_id))
        if self.on_change is not None:
            self.on_change(condition_id)
