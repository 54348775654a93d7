"""What may happen in the house: a trader's orders, other people's, faults, deaths."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from itertools import count

from polyterm.models.complaint import RefusedError
from polyterm.models.enums import EndAction, OrderType, Side, Urgency
from polyterm.models.events import StopState
from polyterm.models.ids import ChildId, OrderId
from polyterm.models.market import Market
from polyterm.models.money import UNIT, Price
from polyterm.models.order_request import OrderRequest
from polyterm.models.strategy_params import StrategyParams
from polyterm.simulator.faults.plan import AnyFault
from polyterm.simulator.refusals import RefusalError
from polyterm.strategies.iceberg_params import IcebergParams
from polyterm.strategies.kelly_params import KellyParams
from polyterm.strategies.micro_price import MicroPriceParams
from polyterm.strategies.registry import STRATEGIES
from tests.fakes.trading_floor import amounts, placed_order
from tests.whole.house import House
from tests.whole.trouble import Mishap

_PARAMS: dict[str, StrategyParams] = {
    "iceberg": IcebergParams(tranche_size=Decimal(10)),
    "micro_price": MicroPriceParams(),
    "kelly": KellyParams(probability=Decimal("0.7"), bankroll=Decimal(60)),
}
_MOST_AT_WORK = 6


class Deeds:
    """Does things to a house; what is refused, is refused."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._numbers = count(1)
        self.orders: list[OrderId] = []

    # -- the trader --

    async def submit(
        self,
        strategy: str,
        side: Side,
        size: int,
        *,
        market: int = 0,
        urgency: Urgency = Urgency.MEDIUM,
        deadline_s: int | None = None,
        end_action: EndAction = EndAction.CANCEL,
    ) -> None:
        """An order, at any price."""
        at_work = [o for o in self._house.engine.list_orders() if not o.status.is_final]
        if len(at_work) >= _MOST_AT_WORK:
            return
        request = OrderRequest(
            token_id=self._market(market).outcomes[0].token_id,
            side=side,
            size=Decimal(size),
            params=_PARAMS.get(strategy) or STRATEGIES[strategy].params.example(),
            urgency=urgency,
            deadline_s=None if deadline_s is None else Decimal(deadline_s),
            end_action=end_action,
            max_price=Decimal("0.60") if side is Side.BUY else None,
            min_price=Decimal("0.30") if side is Side.SELL else None,
        )
        try:
            self.orders.append(await self._house.engine.submit_order(request))
        except RefusedError:
            return

    async def cancel(self, which: int) -> None:
        """Cancel an order."""
        await self._to_order(self._house.engine.cancel_order, which)

    async def pause(self, which: int) -> None:
        """Pause an order."""
        await self._to_order(self._house.engine.pause_order, which)

    async def resume(self, which: int) -> None:
        """Resume an order that is held."""
        await self._to_order(self._house.engine.resume_order, which)

    async def stop(self) -> None:
        """Press the emergency stop, and do not wait for it."""
        stopping = asyncio.ensure_future(self._house.engine.emergency_stop("a test"))
        stopping.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._house.errands.add(stopping)
        await asyncio.sleep(0)

    async def rearm(self) -> None:
        """Open the gate again, where the stop is verified; otherwise wait for that first."""
        try:
            await self._house.engine.rearm()
        except RefusedError:
            return

    # -- the trader's other hand, and other people --

    async def trade_by_hand(self, side: Side, price: int, size: int, market: int = 0) -> None:
        """Place an order with the same key, past the engine."""
        house, order_id = self._house, f"0x{(1 << 200) + next(self._numbers):064x}"
        state = house.exchange.markets[self._market(market).condition_id]
        placed = placed_order(
            house.key, state.tokens[0], side, amounts(side, price * 100, size * UNIT)
        )
        house.by_hand.add(order_id)
        house.archive.children.add(ChildId(order_id))
        try:
            house.exchange.desk.place(house.key, state, order_id, placed)
        except RefusalError:
            return

    async def move_market(self, bid: int, spread: int, market: int = 0) -> None:
        """Somebody else's quotes, all of them anew; prices in cents."""
        exchange, condition_id = self._house.exchange, self._market(market).condition_id
        for side in Side:
            for price in range(100, 10_000, 100):
                for order_id, _ in exchange.house_orders(condition_id, side, price):
                    exchange.cancel_house(order_id)
        for step in range(3):
            low, high = (bid - step) * 100, (bid + spread + step) * 100
            exchange.place_house(condition_id, Side.BUY, low, 200 * UNIT)
            exchange.place_house(condition_id, Side.SELL, high, 200 * UNIT)

    async def take(self, side: Side, size: int, market: int = 0) -> None:
        """Somebody else takes what rests, ours included, up to five cents through the touch."""
        exchange, condition_id = self._house.exchange, self._market(market).condition_id
        facing = exchange.book(condition_id).side(side.opposite)
        if facing:
            limit: Price = min(max(facing[0].price + side.sign * 500, 100), 9_900)
            exchange.place_house(condition_id, side, limit, size * UNIT, OrderType.FAK)

    # -- faults --

    async def plan(self, *faults: AnyFault) -> None:
        """These faults too may strike from now on."""
        self._house.strike(*faults)

    async def mishaps(self, chances: dict[Mishap, float]) -> None:
        """From now on these may strike, and no others."""
        self._house.trouble.allow(chances)

    async def cure(self) -> None:
        """Every fault ends."""
        self._house.end_faults()

    async def go_offline(self, *, is_online: bool = False) -> None:
        """The network is lost, or back."""
        self._house.trouble.fired[Mishap.OFFLINE] += not is_online
        self._house.network.go(is_online=is_online)

    async def crash(self, *, wait: bool = True) -> None:
        """The engine is killed where it stands, and started again."""
        self._house.trouble.fired[Mishap.CRASH] += 1
        await self._house.kill_engine()
        await self._house.start_engine(wait=wait)

    # -- inside --

    def _market(self, number: int) -> Market:
        return self._house.markets[number % len(self._house.markets)]

    async def _to_order(self, deed: Callable[[OrderId], Awaitable[None]], which: int) -> None:
        if not self.orders:
            return
        try:
            await deed(self.orders[which % len(self.orders)])
        except (RefusedError, LookupError):
            return


def is_stopped(house: House) -> bool:
    """Whether the latch is closed."""
    return house.archive.stop is not StopState.RUNNING
