"""The house as a state machine: hypothesis chooses what happens, and shrinks what broke."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from random import Random
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from polyterm.models.enums import EndAction, Side, Urgency
from polyterm.models.money import PPM, UNIT
from polyterm.simulator.rules import ExchangeRules
from polyterm.strategies.registry import STRATEGIES
from tests.fakes.virtual_time import VirtualLoop
from tests.whole.deeds import Deeds, is_stopped
from tests.whole.fault_kinds import KINDS, STRIKING, drawn, next_order
from tests.whole.house import House
from tests.whole.judge import Judge
from tests.whole.stores import in_memory
from tests.whole.trouble import CHANCY, Mishap

SIDES = st.sampled_from(Side)
MARKETS = st.integers(0, 1)
WHICH = st.integers(0, 5)
VARIANTS = st.integers(0, 15)
"""Each stands for other numbers of a fault."""
PAUSES_S = st.sampled_from((0.0, 0.001, 0.01, 0.03, 0.3, 2.0, 5.0, 12.0))


class HouseMachine(RuleBasedStateMachine):
    """Every rule acts and lets a little time pass; every step is judged."""

    make_store: ClassVar = staticmethod(in_memory)

    @initialize(seed=st.integers(0, 2**16), fails=st.booleans(), bid=st.integers(40, 55))
    def open(self, seed: int, fails: bool, bid: int) -> None:
        self._loop = VirtualLoop()
        rules = ExchangeRules(cash=1_000 * UNIT, failure_ppm=PPM // 5 if fails else 0)
        self._run(self._open(seed, rules, bid))

    # -- the trader --

    @rule(
        strategy=st.sampled_from(sorted(STRATEGIES)),
        side=SIDES,
        size=st.sampled_from((5, 20, 60)),
        market=MARKETS,
        urgency=st.sampled_from(Urgency),
        ending=st.sampled_from(
            ((None, EndAction.CANCEL), (8, EndAction.CROSS), (20, EndAction.CANCEL))
        ),
        pause_s=PAUSES_S,
    )
    def submit(
        self,
        strategy: str,
        side: Side,
        size: int,
        market: int,
        urgency: Urgency,
        ending: tuple[int | None, EndAction],
        pause_s: float,
    ) -> None:
        deadline_s, action = ending
        self._act(
            self._deeds.submit(
                strategy,
                side,
                size,
                market=market,
                urgency=urgency,
                deadline_s=deadline_s,
                end_action=action,
            ),
            pause_s,
        )

    @rule(which=WHICH, pause_s=PAUSES_S)
    def cancel(self, which: int, pause_s: float) -> None:
        self._act(self._deeds.cancel(which), pause_s)

    @rule(which=WHICH, pause_s=PAUSES_S)
    def pause(self, which: int, pause_s: float) -> None:
        self._act(self._deeds.pause(which), pause_s)

    @rule(which=WHICH, pause_s=PAUSES_S)
    def resume(self, which: int, pause_s: float) -> None:
        self._act(self._deeds.resume(which), pause_s)

    @rule(pause_s=PAUSES_S)
    def stop(self, pause_s: float) -> None:
        self._act(self._deeds.stop(), pause_s)

    @precondition(lambda self: is_stopped(self._house))
    @rule(pause_s=PAUSES_S)
    def rearm(self, pause_s: float) -> None:
        self._act(self._deeds.rearm(), pause_s)

    # -- other hands --

    @rule(side=SIDES, price=st.integers(38, 60), size=st.sampled_from((5, 10)), market=MARKETS)
    def trade_by_hand(self, side: Side, price: int, size: int, market: int) -> None:
        self._act(self._deeds.trade_by_hand(side, price, size, market), 0.1)

    @rule(
        bid=st.integers(40, 57),
        spread=st.sampled_from((1, 2, 4)),
        market=MARKETS,
        pause_s=PAUSES_S,
    )
    def move_market(self, bid: int, spread: int, market: int, pause_s: float) -> None:
        self._act(self._deeds.move_market(bid, spread, market), pause_s)

    @rule(side=SIDES, size=st.sampled_from((3, 20, 150, 700)), market=MARKETS, pause_s=PAUSES_S)
    def take(self, side: Side, size: int, market: int, pause_s: float) -> None:
        self._act(self._deeds.take(side, size, market), pause_s)

    # -- trouble --

    @rule(kind=st.sampled_from(sorted(KINDS)), variant=VARIANTS)
    def trouble_next_order(self, kind: str, variant: int) -> None:
        self._act(self._deeds.plan(next_order(kind, Random(variant))), 0.0)

    @rule(kind=st.sampled_from(STRIKING), variant=VARIANTS, pause_s=PAUSES_S)
    def trouble(self, kind: str, variant: int, pause_s: float) -> None:
        self._act(self._deeds.plan(drawn(kind, Random(variant))), pause_s)

    @rule(mishap=st.sampled_from(CHANCY), chance=st.sampled_from((0.05, 0.3, 0.8)))
    def mishap(self, mishap: Mishap, chance: float) -> None:
        self._act(self._deeds.mishaps({mishap: chance}), 0.0)

    @rule()
    def cure(self) -> None:
        self._act(self._deeds.cure(), 0.0)

    @rule(is_online=st.booleans(), pause_s=PAUSES_S)
    def flap(self, is_online: bool, pause_s: float) -> None:
        self._act(self._deeds.go_offline(is_online=is_online), pause_s)

    @rule(pause_s=PAUSES_S)
    def crash(self, pause_s: float) -> None:
        self._act(self._deeds.crash(wait=False), pause_s)

    # -- judgement --

    @invariant()
    def holds(self) -> None:
        self._run(self._judge.check())

    def teardown(self) -> None:
        try:
            self._run(self._judge.settle())
        finally:
            self._run(self._house.close())
            self._loop.close()

    def _act(self, deed: Coroutine[Any, Any, None], pause_s: float) -> None:
        self._run(deed)
        self._run(asyncio.sleep(pause_s))

    def _run(self, errand: Coroutine[Any, Any, None]) -> None:
        self._loop.run_until_complete(errand)

    async def _open(self, seed: int, rules: ExchangeRules, bid: int) -> None:
        self._house = House(seed, open_store=self.make_store(), rules=rules)
        self._deeds = Deeds(self._house)
        await self._house.open()
        self._judge = Judge(self._house)
        for market in (0, 1):
            await self._deeds.move_market(bid, 2, market)
        await asyncio.sleep(0.5)
