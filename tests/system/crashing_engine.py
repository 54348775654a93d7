"""An engine on the real store and a real exchange, and the program that has it die at a point.

`python -m tests.system.crashing_engine DIRECTORY URL POINT`
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from decimal import Decimal
from pathlib import Path
from random import SystemRandom

from polyterm.engine.clock import SystemClock
from polyterm.engine.engine import Engine
from polyterm.engine.settings import EngineSettings, RestartPolicy
from polyterm.exchange.client import PolymarketExchange
from polyterm.exchange.hosts import Hosts
from polyterm.exchange.signing import Wallet
from polyterm.models.enums import ChildStatus, Side, VenueName
from polyterm.models.ids import OrderId
from polyterm.models.order_request import OrderRequest
from polyterm.storage import backups, open_store
from polyterm.strategies.micro_price import MicroPriceParams
from tests.system.crash_points import POINTS, AtCall, DeadlyWire, OnWire, deadly, die

KEY = "11" * 32
SHARES = 30


@asynccontextmanager
async def engine_on(directory: Path, url: str, point: str | None = None) -> AsyncGenerator[Engine]:
    """An engine that goes on where the last one ended; deadly where a point is named."""
    clock, where = SystemClock(), POINTS.get(point or "")
    exchange = PolymarketExchange(
        Hosts.at(url),
        Wallet.from_key(KEY),
        clock=clock,
        random=SystemRandom(),
        transport=DeadlyWire(point or "", where.step) if isinstance(where, OnWire) else None,
    )
    async with (
        aclosing(exchange),
        open_store(directory / "polyterm.db", clock) as store,
        Engine(
            exchange=deadly(exchange, point),
            store=deadly(store, point),
            venue=VenueName.DEMO,
            settings=EngineSettings(on_restart=RestartPolicy.RESUME),
            clock=clock,
            random=SystemRandom(),
        ) as engine,
    ):
        await engine.ready()
        yield engine


async def _live(directory: Path, url: str, point: str) -> None:
    where = POINTS[point]
    if isinstance(where, AtCall) and where.call == backups.fault_of.__name__:
        # No port stands before a backup: its last step before it counts is the check of the copy.
        backups.fault_of = lambda path: str(die(point))
    async with engine_on(directory, url, point) as engine:
        known = engine.list_orders()
        order_id = known[0].order_id if known else await place(engine)
        await until_resting(engine, order_id)
        await _ACTS.get(point, _wait)(engine, order_id)


async def place(engine: Engine) -> OrderId:
    """A buy that rests at the micro-price of the only market."""
    (market,) = await engine.list_markets()
    return await engine.submit_order(
        OrderRequest(
            token_id=market.outcomes[0].token_id,
            side=Side.BUY,
            size=Decimal(SHARES),
            max_price=Decimal("0.60"),
            params=MicroPriceParams(min_interval_s=Decimal(0)),
        )
    )


async def until_resting(engine: Engine, order_id: OrderId) -> None:
    """Wait until the exchange has confirmed a child of it."""
    while not any(
        child.status is ChildStatus.LIVE for child in engine.order_status(order_id).working
    ):
        await asyncio.sleep(0.01)


async def _wait(engine: Engine, order_id: OrderId) -> None:
    await asyncio.Event().wait()


async def _cancel(engine: Engine, order_id: OrderId) -> None:
    await engine.cancel_order(order_id)
    await asyncio.Event().wait()


async def _stop(engine: Engine, order_id: OrderId) -> None:
    await engine.emergency_stop()


async def _leave(engine: Engine, order_id: OrderId) -> None:
    engine.leave_orders_on_exit = True


_ACTS: dict[str, Callable[[Engine, OrderId], Awaitable[None]]] = {
    "before cancel": _cancel,
    "after cancel, before its proof": _cancel,
    "stop, after STOPPING was written": _stop,
    "stop, after the cancel of all": _stop,
    "backup, before it is in place": _leave,
}

if __name__ == "__main__":
    asyncio.run(_live(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
