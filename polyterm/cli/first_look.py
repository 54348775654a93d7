"""The first markets and the first book, asked for before there is a screen to show them."""

from __future__ import annotations

import asyncio

from polyterm.engine.face import EngineFace
from polyterm.models.market import Market


class FirstLook:
    """Asks at once; what it follows, it lets go of when the screen follows by itself."""

    def __init__(self, engine: EngineFace) -> None:
        self._engine = engine
        self.markets = asyncio.create_task(self._ask(), name="first look")
        """The markets of the list; `ExchangeError` where they could not be had."""

    async def _ask(self) -> tuple[Market, ...]:
        markets = await self._engine.list_markets()
        for market in markets[:1]:
            await self._engine.watch_market(market)
        return markets

    async def let_go(self) -> None:
        """Stop following the first market, once it is known which one that is."""
        await asyncio.wait([self.markets])
        # A search on the screen may have ended the question that it was waiting for.
        if self.markets.cancelled() or self.markets.exception() is not None:
            return
        for market in self.markets.result()[:1]:
            await self._engine.unwatch_market(market)
