"""Which markets the engine follows for the trade screen."""

from __future__ import annotations

from collections.abc import Iterable

from polyterm.engine.face import EngineFace
from polyterm.models.ids import ConditionId
from polyterm.models.market import Market

MAX_LISTED = 20
"""Markets of the list whose prices are followed; the picked one is followed besides."""


class Following:
    """Keeps what is followed equal to what is looked at."""

    def __init__(self, engine: EngineFace) -> None:
        self._engine = engine
        self._followed: dict[ConditionId, Market] = {}

    async def look_at(self, listed: Iterable[Market], picked: Market | None) -> None:
        """Follow these and no others."""
        wanted = {market.condition_id: market for market in tuple(listed)[:MAX_LISTED]}
        if picked is not None:
            wanted = {picked.condition_id: picked, **wanted}
        for key, market in wanted.items():
            if key not in self._followed:
                self._followed[key] = market
                await self._engine.watch_market(market)
        for key in [key for key in self._followed if key not in wanted]:
            await self._engine.unwatch_market(self._followed.pop(key))
