"""A flow that opens some markets with fixed books and then leaves them alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from random import Random

from polyterm.models.enums import Side
from polyterm.models.money import UNIT
from polyterm.simulator.flow_host import FlowHost, Listing
from polyterm.simulator.rules import ExchangeRules
from polyterm.simulator.server import LocalExchangeServer
from tests.fakes.trading_floor import listing, whole

FAST = ExchangeRules(cash=1_000 * UNIT, mined_after_ms=40, confirmed_after_ms=120)
"""Settles while a test waits."""

BIDS = ((4900, 100), (4800, 200))
ASKS = ((5000, 100), (5200, 200))
"""Price, and whole shares."""


@dataclass(slots=True)
class StillFlow:
    listings: Sequence[Listing] = field(default_factory=lambda: (listing("rain"),))

    def open(self, host: FlowHost, random: Random) -> None:
        for listed in self.listings:
            host.open_market(listed)
            condition_id = listed.market.condition_id
            for price, size in BIDS:
                host.place_house(condition_id, Side.BUY, price, whole(size))
            for price, size in ASKS:
                host.place_house(condition_id, Side.SELL, price, whole(size))

    async def run(self, host: FlowHost, random: Random) -> None:
        return


@asynccontextmanager
async def serving(
    *listings: Listing, rules: ExchangeRules = FAST
) -> AsyncIterator[LocalExchangeServer]:
    """A server with still markets; without any named, a single one."""
    flow = StillFlow(listings) if listings else StillFlow()
    async with LocalExchangeServer(flow, rules=rules) as server:
        yield server


def unlimited(rules: ExchangeRules = FAST) -> ExchangeRules:
    """The same rules without limits of rate."""
    return replace(rules, orders=None, cancels=None)
