"""A local exchange with faults, in one process: in virtual time, or on real sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import wraps
from random import Random
from typing import Any, cast

import httpx
from starlette.types import ASGIApp

from polyterm.models.enums import Side
from polyterm.models.money import UNIT
from polyterm.simulator.faults.injector import FaultInjector
from polyterm.simulator.faults.plan import FaultPlan, parse_plan
from polyterm.simulator.faults.record import Firing
from polyterm.simulator.faults.steered_clock import SteeredClock
from polyterm.simulator.local_exchange import LocalExchange
from polyterm.simulator.rules import ExchangeRules
from polyterm.simulator.server import LocalExchangeServer
from polyterm.simulator.web.app import local_app
from tests.fakes.rest_trader import RestTrader
from tests.fakes.still_flow import FAST, StillFlow
from tests.fakes.trading_floor import listing, whole
from tests.fakes.virtual_time import VirtualClock, run_virtual

RAIN = listing("rain")
RAIN_ID = RAIN.market.condition_id
YES, NO = (outcome.token_id for outcome in RAIN.market.outcomes)
PLACE = {"request": "POST /order"}
CANCEL = {"request": "DELETE /order"}
READ = {"request": "GET /data/order/*"}


def plan(*faults: dict[str, Any], seed: int = 0) -> FaultPlan:
    """A plan as it would come from a file."""
    return parse_plan(json.dumps({"seed": seed, "faults": faults}))


@dataclass(slots=True)
class Stage:
    """An exchange behind faults, and a trader with a connection to it."""

    exchange: LocalExchange
    injector: FaultInjector
    app: ASGIApp
    http: httpx.AsyncClient
    ann: RestTrader

    @property
    def orders(self) -> list[str]:
        """Ids of all orders that the exchange ever took."""
        return list(self.exchange.desk.orders)

    @property
    def fired(self) -> list[Firing]:
        """Firings that did something."""
        return [firing for firing in self.injector.fired if firing.hits]

    def kinds(self) -> list[str]:
        """Kinds of all firings that did something."""
        return [firing.kind for firing in self.fired]

    async def place(self, price: int = 4000, shares: int = 10, **how: Any) -> httpx.Response:
        """Ann's bid."""
        return await self.ann.place(YES, Side.BUY, price, whole(shares), **how)

    async def rest(self, price: int = 4000, shares: int = 10) -> str:
        """Ann's bid; its id, when it rests."""
        return (await self.place(price, shares)).json()["orderID"]

    async def cancel(self, order_id: str) -> httpx.Response:
        """Ann cancels."""
        return await self.ann.call("DELETE", "/order", {"orderID": order_id})

    async def read(self, order_id: str) -> httpx.Response:
        """Ann reads one order."""
        return await self.ann.call("GET", f"/data/order/{order_id}")


@asynccontextmanager
async def staged(*faults: dict[str, Any], seed: int = 0) -> AsyncGenerator[Stage]:
    """A stage in virtual time; the plan begins when the trader has its key."""
    clock = SteeredClock(VirtualClock())
    exchange = LocalExchange(clock=clock, random=Random(1), rules=ExchangeRules(cash=1_000 * UNIT))
    injector = FaultInjector(FaultPlan(seed=seed), exchange, clock)
    StillFlow((RAIN,)).open(exchange, Random(1))
    app = local_app(exchange, injector)
    transport = httpx.ASGITransport(app)
    tasks = [asyncio.create_task(injector.run()), asyncio.create_task(exchange.timetable.run())]
    async with httpx.AsyncClient(transport=transport, base_url="http://exchange") as http:
        stage = Stage(exchange, injector, app, http, cast("Any", None))
        stage.ann = await RestTrader.open(cast("LocalExchangeServer", stage), http)
        injector.set(plan(*faults, seed=seed))
        try:
            yield stage
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def faulty_server(*faults: dict[str, Any]) -> AsyncGenerator[LocalExchangeServer]:
    """The same on a real port."""
    server = LocalExchangeServer(StillFlow((RAIN,)), rules=FAST, faults=plan(*faults))
    async with server:
        yield server


def in_virtual_time(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Run an asynchronous test in virtual time."""

    @wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        run_virtual(cast("Any", test(*args, **kwargs)))

    return run
