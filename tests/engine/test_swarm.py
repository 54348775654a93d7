"""Random trouble under a seed, with the invariants of `reliability.md` 3 checked as it goes."""

from __future__ import annotations

import asyncio
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from polyterm.engine.parent import DUST
from polyterm.models.book import Level
from polyterm.models.complaint import RefusedError
from polyterm.models.enums import Side, TradeStatus
from polyterm.models.ids import OrderId
from polyterm.models.money import UNIT
from tests.engine.desk import Desk, iceberg, micro, open_desk
from tests.engine.full_sums import check_sums
from tests.engine.in_memory import detail_of
from tests.fakes.exchange import YES
from tests.fakes.virtual_time import run_virtual

_TROUBLE = ("lose", "drop", "refuse", "busy", "unsent", "again")


class _Swarm:
    """One run: orders at work while a random source does its worst."""

    def __init__(self, desk: Desk, random: Random) -> None:
        self.desk = desk
        self.random = random
        self.orders: list[OrderId] = []
        self.targets: dict[OrderId, int] = {}
        self.unwritten: list[str] = []
        desk.exchange.on_arrival = self._arrived
        desk.exchange.shares[YES] = 100 * UNIT

    def _arrived(self, child_id: str) -> None:
        if child_id not in self.desk.store.children:
            self.unwritten.append(child_id)

    async def act(self) -> None:
        await self.random.choice(
            (
                self._submit,
                self._trade,
                self._settle,
                self._move_book,
                self._trouble,
                self._flap,
                self._person,
            )
        )()
        await asyncio.sleep(self.random.choice((0.0, 0.01, 0.3, 2.0, 7.0)))
        self.check()

    def check(self) -> None:
        assert self.unwritten == []
        check_sums(self.desk.engine)
        bought: dict[str, int] = {}
        for report in self.desk.exchange.reports.values():
            for leg in report.legs:
                parent = self.desk.store.children[leg.child_id].order_id
                bought[parent] = bought.get(parent, 0) + leg.size
        for order_id, target in self.targets.items():
            assert bought.get(order_id, 0) <= target + DUST

    async def _submit(self) -> None:
        if len(self.orders) >= 4:
            return
        sell = micro(size=60, limit="0.40", side=Side.SELL)
        request = self.random.choice((micro(size=60), iceberg(size=90, tranche=20), sell))
        try:
            order_id = await self.desk.engine.submit_order(request)
        except RefusedError:
            return
        self.orders.append(order_id)
        self.targets[order_id] = request.size_units or 0

    async def _trade(self) -> None:
        for child_id in self.desk.exchange.open_ids():
            if self.random.random() < 0.5:
                self.desk.exchange.trade(child_id, self.random.choice((3, 10, 500)) * UNIT)

    async def _settle(self) -> None:
        for trade_id in list(self.desk.exchange.reports):
            self.desk.exchange.settle(trade_id, TradeStatus.CONFIRMED)

    async def _move_book(self) -> None:
        bid = self.random.randrange(4400, 5200, 100)
        spread = self.random.choice((100, 200, 300))
        self.desk.exchange.set_book(
            [Level(bid, 300 * UNIT), Level(bid - 100, 500 * UNIT)],
            [Level(bid + spread, 300 * UNIT), Level(bid + spread + 100, 500 * UNIT)],
        )

    async def _trouble(self) -> None:
        self.desk.exchange.script.sends.extend(self.random.choices(_TROUBLE, k=2))
        self.desk.exchange.script.silent_reads = self.random.choice((0, 0, 1, 2))

    async def _flap(self) -> None:
        if self.random.random() < 0.3:
            self.desk.exchange.script.unreachable = not self.desk.exchange.script.unreachable
        else:
            self.desk.exchange.user_feed(is_up=not self.desk.exchange.tells)

    async def _person(self) -> None:
        if not self.orders:
            return
        order_id = self.random.choice(self.orders)
        deed = self.random.choice(
            (
                self.desk.engine.cancel_order,
                self.desk.engine.pause_order,
                self.desk.engine.resume_order,
                self.desk.engine.resume_order,
            )
        )
        try:
            await deed(order_id)
        except RefusedError:
            return

    def end_trouble(self) -> None:
        self.desk.exchange.script.unreachable = False
        self.desk.exchange.script.sends.clear()
        self.desk.exchange.script.silent_reads = 0
        self.desk.exchange.user_feed(is_up=True)

    def check_agreement(self) -> None:
        """Sixty virtual seconds after the last fault both sides tell the same story (I4)."""
        assert self.desk.engine.health().unknown == 0
        shown = [detail_of(self.desk.engine, order_id) for order_id in self.orders]
        ours = {fill.trade_id: fill.size for detail in shown for fill in detail.fills}
        theirs = {t: leg.size for t, r in self.desk.exchange.reports.items() for leg in r.legs}
        assert ours == theirs
        working = {child.child_id for detail in shown for child in detail.order.working}
        assert working >= set(self.desk.exchange.open_ids())


def _run(seed: int, steps: int) -> None:
    async def scenario() -> None:
        async with open_desk(seed=seed) as desk:
            swarm = _Swarm(desk, Random(seed))
            await swarm._submit()
            for _ in range(steps):
                await swarm.act()
            swarm.end_trouble()
            await asyncio.sleep(60)
            swarm.check_agreement()
        assert desk.exchange.open_ids() == []

    run_virtual(scenario())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32), steps=st.integers(1, 60))
def test_whatever_goes_wrong_nothing_is_lost_doubled_or_overbought(seed: int, steps: int) -> None:
    _run(seed, steps)
