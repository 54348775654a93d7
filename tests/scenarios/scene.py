"""One scenario: an order at work in the whole house, a plan of faults, and the judge at its end.

The faults are written as in a plan's file. A scene is over only when both ledgers agree, and when
every fault that it names has done something.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from decimal import Decimal
from typing import Any

from polyterm.models.complaint import RefusedError
from polyterm.models.enums import ChildStatus, OrderStatus, Side, Urgency
from polyterm.models.ids import OrderId
from polyterm.models.order_request import OrderRequest
from polyterm.models.views import ChildView, OrderDetail, OrderView
from polyterm.simulator.faults.plan import parse_plan
from polyterm.simulator.orders import TraderOrder
from polyterm.strategies.micro_price import MicroPriceParams
from tests.engine.in_memory import detail_of
from tests.fakes.virtual_time import run_virtual
from tests.whole.deeds import Deeds
from tests.whole.house import House, open_house
from tests.whole.judge import Judge

PLACE = {"request": "POST /order"}
CANCEL = {"request": "DELETE /order"}
NOW = {"t": 0}


def always(request: str, **more: Any) -> dict[str, Any]:
    """At every such request."""
    return {"request": request, "every": 1, **more}


class Scene:
    """What a story may do and see."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.engine = house.engine
        self.deeds = Deeds(house)
        self.judge = Judge(house)

    # -- deeds --

    async def submit(
        self,
        size: int = 20,
        *,
        side: Side = Side.BUY,
        limit: str = "",
        params: Any = None,
        urgency: Urgency = Urgency.MEDIUM,
        **more: Any,
    ) -> OrderId:
        """A micro-price order in the first market, unless told otherwise."""
        name, usual = ("max_price", "0.60") if side is Side.BUY else ("min_price", "0.30")
        return await self.engine.submit_order(
            OrderRequest(
                token_id=self.house.markets[0].outcomes[0].token_id,
                side=side,
                size=Decimal(size),
                params=params or MicroPriceParams(),
                urgency=urgency,
                **{name: Decimal(limit or usual)},
                **more,
            )
        )

    async def fill(self, size: int = 500) -> None:
        """Somebody sells into the bids, ours first."""
        await self.deeds.take(Side.SELL, size)

    def strike(self, *faults: dict[str, Any]) -> None:
        """These faults are planned from now on."""
        self.house.strike(*parse_plan(json.dumps(faults)).faults)

    # -- sights --

    @property
    def theirs(self) -> list[TraderOrder]:
        """Every order that the exchange ever took, oldest first."""
        return list(self.house.exchange.desk.orders.values())

    @property
    def rest(self) -> list[TraderOrder]:
        """Those that are open."""
        return [order for order in self.theirs if order.is_open]

    def asked(self, request: str) -> int:
        """How many such requests were written to the network."""
        return self.house.landing.written[request]

    def view(self, order_id: OrderId) -> OrderView:
        """What the engine shows of an order."""
        return self.engine.order_status(order_id)

    def detail(self, order_id: OrderId) -> OrderDetail:
        """All that the engine shows of it."""
        return detail_of(self.engine, order_id)

    def child(self, order_id: OrderId, number: int = -1) -> ChildView:
        """A child of an order, the newest unless told otherwise."""
        return self.detail(order_id).children[number]

    # -- waiting --

    async def until(self, condition: Callable[[], bool], seconds: float = 120.0) -> None:
        """Let virtual time pass until something holds."""
        await self.house.until(condition, seconds)

    async def resting(self, order_id: OrderId) -> ChildView:
        """The child of an order that rests, once it is known to."""

        def is_live() -> bool:
            children = self.detail(order_id).children
            return bool(children) and children[-1].status is ChildStatus.LIVE

        await self.until(is_live)
        return self.child(order_id)

    async def ended(self, order_id: OrderId, seconds: float = 300.0) -> OrderView:
        """An order that has ended."""
        await self.until(lambda: self.view(order_id).status.is_final, seconds)
        return self.view(order_id)

    async def asks_a_person(self, order_id: OrderId) -> OrderView:
        """An order that waits for a decision."""
        await self.until(lambda: self.view(order_id).status is OrderStatus.NEEDS_DECISION)
        return self.view(order_id)


Story = Callable[[Scene], Coroutine[Any, Any, None]]


def tell(story: Story, *fired: str, settles: bool = True, **house: Any) -> None:
    """Tell a story in virtual time; at its end all must hold, and these faults have struck."""

    async def scenario() -> None:
        async with AsyncExitStack() as stack:
            scene = Scene(await stack.enter_async_context(open_house(1, **house)))
            for market in range(len(scene.house.markets)):
                await scene.deeds.move_market(48, 2, market)
            await asyncio.sleep(1)
            await story(scene)
            await scene.judge.check()
            if settles:
                await scene.judge.settle()
            struck = scene.house.fired()
            assert all(struck[kind] for kind in fired), struck

    run_virtual(scenario())


__all__ = ("CANCEL", "NOW", "PLACE", "RefusedError", "Scene", "always", "tell")
