from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from polyterm.engine.engine import Engine
from polyterm.engine.settings import EngineSettings
from polyterm.models.enums import Side, StrategyName, Urgency, VenueName
from polyterm.models.order_request import IcebergParams, KellyParams, MicroPriceParams, OrderRequest
from tests.fakes.exchange import YES, FakeExchange
from tests.fakes.store import MemoryStore
from tests.fakes.virtual_time import VirtualClock


class Desk:
    """An engine with the exchange and the journal it stands on."""

    def __init__(self, engine: Engine, exchange: FakeExchange, store: MemoryStore) -> None:
        self.engine = engine
        self.exchange = exchange
        self.store = store


_OPEN = Callable[..., Any]


@asynccontextmanager
async def open_desk(
    exchange: FakeExchange | None = None, store: MemoryStore | None = None, **settings: Any
) -> AsyncGenerator[Desk]:
    """A running engine in virtual time, ready to trade."""
    clock = VirtualClock()
    exchange = exchange or FakeExchange(clock)
    store = store or MemoryStore()
    engine = Engine(
        exchange=exchange,
        store=store,
        venue=VenueName.DEMO,
        settings=EngineSettings(**settings),
        clock=clock,
        random=Random(1),
    )
    async with engine:
        await engine.ready()
        yield Desk(engine, exchange, store)


@pytest.fixture
def desk() -> _OPEN:
    return open_desk


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
            strategy=StrategyName.KELLY,
            probability=Decimal(probability),
            bankroll=more.pop("bankroll", Decimal(500)),
        ),
        **more,
    )
