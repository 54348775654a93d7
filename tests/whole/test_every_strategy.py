"""Every strategy on every market there is: changed at work, to an end that it names."""

from __future__ import annotations

import asyncio
import re
from decimal import Decimal
from itertools import cycle
from pathlib import Path

import pytest

from polyterm.models.enums import EndAction, OrderStatus, Side, Urgency
from polyterm.models.ids import OrderId
from polyterm.models.money import PRICE_ONE, UNIT, Price, price_decimal
from polyterm.models.order_change import OrderChange
from polyterm.models.order_request import OrderRequest
from polyterm.models.strategy_params import StrategyParams
from polyterm.simulator.flow_host import Flow
from polyterm.simulator.flows.catalogue import CATALOGUE
from polyterm.simulator.flows.replay import ReplayFlow
from polyterm.simulator.flows.synthetic import SyntheticFlow
from polyterm.simulator.rules import ExchangeRules
from polyterm.strategies.registry import STRATEGIES
from tests.fakes.virtual_time import run_virtual
from tests.recordings import recordings
from tests.whole.house import House
from tests.whole.lively import open_lively

RICH = ExchangeRules(cash=100_000 * UNIT)
EVENTS = {event.slug: event for event in CATALOGUE}
SIZE, MORE = Decimal(200), Decimal(240)
DEADLINE_S = Decimal(40)
EVERY_S = 5
CENT: Price = PRICE_ONE // 100
SHARES, PRICE = r"[\d.]+ shares?", r"0\.\d+"
ENDS = {
    "filled",
    rf"rest of {SHARES} is below the market's minimum of \d+",
    "deadline: the rest is cancelled",
    "deadline: what rests is left working",
    "deadline: nothing rests that could be left",
    "deadline: took what the limit allowed",
    rf"deadline: {PRICE} is beyond the limit {PRICE}",
    rf"deadline: {SHARES} at {PRICE} are less than \$1",
}
"""All ways an order of these may end, as patterns."""


class Trader:
    """Works one order of each strategy in the same market, and changes all of them."""

    def __init__(self, house: House) -> None:
        self._engine, self._market = house.engine, house.markets[0]
        self._token = self._market.outcomes[0].token_id
        self.limits: list[tuple[int, Price]] = []
        """From when on which limit held."""
        self._clock = house.exchange.clock
        self.orders: dict[str, OrderId] = {}

    async def run(self) -> None:
        """From the first order to the last end."""
        bid, ask = self._touch()
        await self._submit(max(bid - 10 * CENT, CENT), ask)
        await asyncio.sleep(EVERY_S)
        for change in (
            OrderChange(size=MORE),
            OrderChange(urgency=Urgency.HIGH),
            OrderChange(deadline_s=DEADLINE_S),
        ):
            await self._change(change)
            await asyncio.sleep(EVERY_S)
        await self._limit(self._touch()[1] + 3 * CENT)
        assert all(self.is_at_work(name) for name in self.orders)
        await asyncio.sleep(3 * EVERY_S)
        await self._limit(self._touch()[0] - CENT)
        async with asyncio.timeout(float(DEADLINE_S)):
            while any(self.is_at_work(name) for name in self.orders):
                await asyncio.sleep(1)

    def is_at_work(self, name: str) -> bool:
        """Whether that strategy's order goes on."""
        return not self._engine.order_status(self.orders[name]).status.is_final

    async def judge(self, name: str) -> None:
        """See that an order kept to its limits, and named how it ended."""
        detail = await self._engine.order_detail(self.orders[name])
        order = detail.order
        assert any(re.fullmatch(end, order.reason) for end in ENDS), order.reason
        if order.end_action is not EndAction.LEAVE:
            assert (order.status is OrderStatus.COMPLETED) == (order.filled == order.size)
        assert 0 <= order.filled <= MORE * UNIT
        assert order.paid <= order.filled * max(limit for _, limit in self.limits) // PRICE_ONE
        for child in detail.children:
            assert child.price <= self._limit_at(child.created_ms)
        prices = {child.child_id: child.price for child in detail.children}
        assert all(fill.price <= prices[fill.child_id] for fill in detail.fills)

    def _limit_at(self, ms: int) -> Price:
        return [limit for since_ms, limit in self.limits if since_ms <= ms][-1]

    def _touch(self) -> tuple[Price, Price]:
        seen = self._engine.snapshot(self._token)
        assert seen is not None
        assert seen.best_bid is not None
        assert seen.best_ask is not None
        return seen.best_bid.price, seen.best_ask.price

    async def _submit(self, limit: Price, ask: Price) -> None:
        self.limits.append((self._clock.now_ms(), limit))
        for (name, strategy), end in zip(STRATEGIES.items(), cycle(EndAction), strict=False):
            request = OrderRequest(
                token_id=self._token,
                side=Side.BUY,
                size=SIZE,
                max_price=price_decimal(limit),
                params=_convinced(strategy.params.example(), ask),
                urgency=Urgency.LOW,
                deadline_s=Decimal(600),
                end_action=end,
                confirmed=True,
            )
            self.orders[name] = await self._engine.submit_order(request)

    async def _limit(self, wanted: Price) -> None:
        limit = min(max(wanted, CENT), PRICE_ONE - CENT)
        self.limits.append((self._clock.now_ms(), limit))
        await self._change(OrderChange(max_price=price_decimal(limit)))

    async def _change(self, change: OrderChange) -> None:
        for name, order_id in self.orders.items():
            if self.is_at_work(name):
                await self._engine.change_order(order_id, change)


def _convinced(params: StrategyParams, ask: Price) -> StrategyParams:
    """A strategy that sizes itself from a probability must have reason to buy."""
    if not params.sized_by:
        return params
    believed = price_decimal(min(ask + 15 * CENT, PRICE_ONE - CENT))
    return params.model_copy(update={params.sized_by: believed})


def all_of_them_on(flow: Flow) -> None:
    async def scenario() -> None:
        async with open_lively(flow, rules=RICH) as house:
            trader = Trader(house)
            await trader.run()
            assert set(trader.orders) == set(STRATEGIES)
            for name in trader.orders:
                await trader.judge(name)

    run_virtual(scenario())


@pytest.mark.parametrize("slug", EVENTS)
def test_every_strategy_works_on_every_event_of_the_demo(slug: str) -> None:
    all_of_them_on(SyntheticFlow([EVENTS[slug]]))


@pytest.mark.parametrize("path", recordings(), ids=lambda path: path.name)
def test_every_strategy_works_on_every_recorded_market(path: Path) -> None:
    all_of_them_on(ReplayFlow(path))
