"""The console over the real engine, trading on an exchange in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import Any, cast

from textual.pilot import Pilot

from polyterm.app import PolytermApp
from polyterm.engine.clock import SystemClock
from polyterm.engine.engine import Engine
from polyterm.engine.settings import EngineSettings
from polyterm.models.enums import VenueName
from polyterm.models.views import OrderView
from tests.fakes.exchange import FakeExchange
from tests.fakes.store import MemoryStore
from tests.screens.console import eventually, shown_text


@dataclass
class Trading:
    """A trader's console, and what stands behind it."""

    pilot: Pilot[None]
    engine: Engine
    exchange: FakeExchange

    @property
    def order(self) -> OrderView:
        """The newest order."""
        return self.engine.list_orders()[0]


@asynccontextmanager
async def trading(size: tuple[int, int] = (120, 40), **settings: Any) -> AsyncIterator[Trading]:
    """The console, with the exchange's one market on screen."""
    clock = SystemClock()
    exchange = FakeExchange(cast("Any", clock))
    engine = Engine(
        exchange=exchange,
        store=MemoryStore(),
        venue=VenueName.DEMO,
        settings=EngineSettings(**settings),
        clock=clock,
        random=Random(1),
    )
    async with engine:
        await engine.ready()
        app = PolytermApp(engine, venue=VenueName.DEMO, clock=clock)
        app.animation_level = "none"
        async with app.run_test(size=size, notifications=True) as pilot:
            trade = app.screen
            await eventually(pilot, lambda: getattr(trade, "_token_id", None) is not None)
            yield Trading(pilot, engine, exchange)


async def listed(desk: Trading) -> None:
    """Wait until the newest order stands in the table; the log tells of it sooner."""
    name = desk.order.order_id[-6:]

    def stands() -> bool:
        lines = shown_text(desk.pilot).splitlines()
        return any(name in line and desk.order.side in line for line in lines)

    await eventually(desk.pilot, stands)
