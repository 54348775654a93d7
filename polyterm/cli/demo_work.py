"""The demo's course: wait for the exchange, look at the markets, submit, follow to the end."""

from __future__ import annotations

import asyncio

from polyterm.cli.demo_plan import plan_demo
from polyterm.cli.demo_screen import DemoScreen
from polyterm.cli.exit_codes import ExitCode
from polyterm.cli.failure import Failure
from polyterm.cli.patience import becomes_true
from polyterm.engine.clock import SystemClock
from polyterm.engine.face import EngineFace
from polyterm.models.ids import OrderId
from polyterm.models.order_request import OrderRequest
from polyterm.models.views import OrderView

CONNECT_S = 5.0
BOOKS_S = 10.0
LOOK_S = 2.0
"""How long the books are watched to see which are lively."""


async def work_demo(
    engine: EngineFace, screen: DemoScreen, patience_s: float
) -> tuple[OrderView, ...]:
    """Submit the orders and follow them until all have ended, or patience has."""
    if not await becomes_true(lambda: engine.health().can_trade, CONNECT_S):
        raise Failure(
            f"the exchange cannot be reached: {engine.health().problem}", ExitCode.UNREACHABLE
        )
    requests = await _choose(engine)
    telling = asyncio.create_task(_tell(engine, screen), name="demo facts")
    try:
        order_ids = [await engine.submit_order(request) for request in requests]
        await becomes_true(lambda: _show(engine, screen, order_ids), patience_s)
    finally:
        telling.cancel()
    return tuple(engine.order_status(order_id) for order_id in order_ids)


async def _choose(engine: EngineFace) -> tuple[OrderRequest, ...]:
    markets = await engine.list_markets()
    for market in markets:
        await engine.watch_market(market)
    tokens = [market.outcomes[0].token_id for market in markets]

    def planned() -> tuple[OrderRequest, ...]:
        seen = (engine.snapshot(token) for token in tokens)
        return plan_demo((one for one in seen if one is not None), SystemClock().now_ms())

    if not await becomes_true(lambda: bool(planned()), BOOKS_S):
        raise Failure("the exchange has no three markets with a book near the middle")
    await asyncio.sleep(LOOK_S)
    chosen = planned()
    for market in markets:
        await engine.unwatch_market(market)
    return chosen


def _show(engine: EngineFace, screen: DemoScreen, order_ids: list[OrderId]) -> bool:
    orders = [engine.order_status(order_id) for order_id in order_ids]
    for order in orders:
        screen.show(order)
    return all(order.status.is_final for order in orders)


async def _tell(engine: EngineFace, screen: DemoScreen) -> None:
    async for event in engine.events():
        if event.order_id is not None:
            screen.tell(engine.order_status(event.order_id).strategy, event)
