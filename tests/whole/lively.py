"""The whole house on a market that lives: a flow of the demo, or a recording."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from random import Random
from typing import Any

from polyterm.models.book import BookTop
from polyterm.simulator.flow_host import Flow
from tests.whole.house import House
from tests.whole.stores import in_memory


@asynccontextmanager
async def open_lively(flow: Flow, seed: int = 1, **options: Any) -> AsyncGenerator[House]:
    """A house that watches the first market of a flow, which runs from when the engine is ready."""
    house = House(seed, open_store=in_memory(), **options)
    random = Random(f"{seed}/flow")
    idle = {market.condition_id for market in house.markets}
    flow.open(house.exchange, random)
    listed = [state.market for state in house.exchange.markets]
    house.markets = [next(market for market in listed if market.condition_id not in idle)]
    running = None
    try:
        await house.open()
        running = asyncio.create_task(flow.run(house.exchange, random))
        await house.until(lambda: _book(house).is_usable, 30)
        yield house
    finally:
        if running is not None:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        await house.close()


def _book(house: House) -> BookTop:
    seen = house.engine.snapshot(house.markets[0].outcomes[0].token_id)
    return BookTop() if seen is None else seen.book
