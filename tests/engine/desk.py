"""An engine in virtual time on an exchange in memory, and orders to give it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from random import Random
from typing import Any

from polyterm.engine.engine import Engine
from polyterm.engine.outside_stop import OutsideStop
from polyterm.engine.settings import EngineSettings
from polyterm.models.enums import ChildStatus, Side, Urgency, VenueName
from polyterm.models.ids import ChildId, OrderId
from polyterm.models.order_request import OrderRequest
from polyterm.models.views import OrderView
from polyterm.strategies.iceberg_params import IcebergParams
from polyterm.strategies.kelly_params import KellyParams
from polyterm.strategies.micro_price import MicroPriceParams
from tests.fakes.exchange import YES, FakeExchange
from tests.fakes.store import MemoryStore
from tests.fakes.virtual_time import VirtualClock


class Desk:
    """An engine with the exchange and the journal it stands on."""

    def __init__(self, engine: Engine, exchange: FakeExchange, store: MemoryStore) -> None:
        self.engine = engine
        self.exchange = exchange
        self.store = store

    async def until(self, condition: Callable[[], bool], seconds: float = 120.0) -> None:
        """Let virtual time pass until something holds."""
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.05)

    async def until_ended(self, order_id: OrderId, seconds: float = 600.0) -> OrderView:
        """Let virtual time pass until an order has ended."""
        await self.until(lambda: self.engine.order_status(order_id).status.is_final, seconds)
        return self.engine.order_status(order_id)

    async def resting(self, order_id: OrderId) -> ChildId:
        """The child of an order that rests at the exchange, once it does."""
        await self.until(lambda: any(self._live(order_id)))
        return self._live(order_id)[0]

    def _live(self, order_id: OrderId) -> list[ChildId]:
        working = self.engine.order_status(order_id).working
        return [child.child_id for child in working if child.status is ChildStatus.LIVE]


@asynccontextmanager
async def open_desk(
    exchange: FakeExchange | None = None,
    store: MemoryStore | None = None,
    *,
    wait: bool = True,
    seed: int = 1,
    outside: OutsideStop | None = None,
    **settings: Any,
) -> AsyncGenerator[Desk]:
    """A running engine in virtual time, ready to trade unless told not to wait for that."""
    clock = VirtualClock()
    exchange = exchange or FakeExchange(clock)
    store = store or MemoryStore()
    engine = Engine(
        exchange=exchange,
        store=store,
        venue=VenueName.DEMO,
        settings=EngineSettings(**settings),
        clock=clock,
        random=Random(seed),
        outside_stop=outside,
    )
    async with engine:
        if wait:
            await engine.ready()
        yield Desk(engine, exchange, store)


def micro(size: int = 100, limit: str = "0.50", side: Side = Side.BUY, **more: Any) -> OrderRequest:
    """A micro-price order of the first outcome."""
    field = "max_price" if side is Side.BUY else "min_price"
    return OrderRequest(
        token_id=YES,
        side=side,
        size=Decimal(size),
        params=MicroPriceParams(),
        **{field: Decimal(limit)},
        **more,
    )


def iceberg(size: int = 100, limit: str = "0.55", tranche: int = 20, **more: Any) -> OrderRequest:
    """An iceberg buy of the first outcome."""
    return OrderRequest(
        token_id=YES,
        side=Side.BUY,
        size=Decimal(size),
        max_price=Decimal(limit),
        params=IcebergParams(tranche_size=Decimal(tranche)),
        urgency=more.pop("urgency", Urgency.MEDIUM),
        **more,
    )


def kelly(probability: str = "0.60", limit: str = "0.55", **more: Any) -> OrderRequest:
    """A Kelly buy of the first outcome."""
    return OrderRequest(
        token_id=YES,
        side=Side.BUY,
        max_price=Decimal(limit),
        params=KellyParams(
            probability=Decimal(probability),
            bankroll=more.pop("bankroll", Decimal(500)),
        ),
        **more,
    )
