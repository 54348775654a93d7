"""A random run under a seed: a random subset of faults, random deeds, long virtual time."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random

from polyterm.models.enums import EndAction, Side, TradeStatus, Urgency
from polyterm.models.money import PPM, UNIT
from polyterm.simulator.rules import ExchangeRules
from polyterm.strategies.registry import STRATEGIES
from tests.whole.deeds import Deeds, is_stopped
from tests.whole.fault_kinds import ENDINGS, STRIKING, drawn
from tests.whole.house import House, open_house
from tests.whole.judge import Judge
from tests.whole.stores import StoreMaker
from tests.whole.trouble import CHANCY, Mishap

_PAUSES_S = (0.0, 0.002, 0.02, 0.05, 0.2, 0.2, 1.0, 1.0, 3.0, 8.0, 30.0)
_PEACE_EVERY_S = 1_800.0
_MISHAP_CHANCE = 0.05


@dataclass(slots=True)
class Covered:
    """What a run, or several, went through."""

    fired: Counter[str] = field(default_factory=Counter[str])
    counts: Counter[str] = field(default_factory=Counter[str])

    def add(self, other: Covered) -> None:
        """Add another run."""
        self.fired.update(other.fired)
        self.counts.update(other.counts)

    def __str__(self) -> str:
        told = [f"{name} {number}" for name, number in sorted(self.counts.items())]
        faults = [f"{name} {number}" for name, number in sorted(self.fired.items())]
        return "\n".join(("covered: " + ", ".join(told), "faults: " + ", ".join(faults)))


class Swarm:
    """Acts at random on one house."""

    def __init__(self, house: House, random: Random, *, kills: bool = False) -> None:
        self._house = house
        self._random = random
        self._deeds = Deeds(house)
        self._judge = Judge(house)
        self._kinds = [kind for kind in STRIKING if random.random() < 0.4]
        self._mishaps = [mishap for mishap in Mishap if random.random() < 0.4]
        if kills:
            self._mishaps.append(Mishap.CRASH)
        self._has_person = random.random() < 0.5
        self._calm_at = _PEACE_EVERY_S

    async def run(self, seconds: float) -> None:
        """Go on for so long, with a peace every half hour in which both sides must agree."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        for market in (0, 1):
            await self._deeds.move_market(48, 2, market)
        while loop.time() < end:
            await self._random.choice(_ACTS)(self)
            await asyncio.sleep(self._random.choice(_PAUSES_S))
            await self._judge.check()
            if loop.time() >= self._calm_at:
                await self._make_peace()
                self._calm_at = loop.time() + _PEACE_EVERY_S
        await self._make_peace()

    def covered(self) -> Covered:
        """What happened so far."""
        exchange = self._house.exchange
        trades = exchange.execution.trades.values()
        voids = sum(trade.status is TradeStatus.FAILED for trade in trades)
        counts = Counter(
            orders=len(exchange.desk.orders),
            parents=len(self._deeds.orders),
            fills=len(self._house.archive.filled),
            voids=voids,
            left=self._house.archive.left,
            recalls=self._house.archive.recalls,
            unknowns=self._house.archive.unknowns,
            lives=self._house.lives,
            stops=self._house.archive.stops,
        )
        return Covered(self._house.fired(), counts)

    async def _make_peace(self) -> None:
        if is_stopped(self._house):
            await self._deeds.rearm()
        await self._judge.settle()

    # -- deeds --

    async def _submit(self) -> None:
        choose = self._random.choice
        await self._deeds.submit(
            choose(tuple(STRATEGIES)),
            choose((Side.BUY, Side.BUY, Side.SELL)),
            choose((5, 20, 60)),
            market=choose((0, 1)),
            urgency=choose(tuple(Urgency)),
            deadline_s=choose((None, None, 20, 200)),
            end_action=choose((EndAction.CANCEL, EndAction.CROSS)),
        )

    async def _move(self) -> None:
        choose = self._random.choice
        await self._deeds.move_market(choose(range(40, 58)), choose((1, 2, 4)), choose((0, 1)))

    async def _take(self) -> None:
        choose = self._random.choice
        await self._deeds.take(choose(tuple(Side)), choose((3, 20, 150, 500)), choose((0, 1)))

    async def _person(self) -> None:
        choose = self._random.choice
        deed = choose((self._deeds.cancel, self._deeds.pause, self._deeds.resume))
        await deed(self._random.randrange(-3, 0))

    async def _by_hand(self) -> None:
        if self._has_person:
            choose = self._random.choice
            await self._deeds.trade_by_hand(
                choose(tuple(Side)), choose(range(38, 60)), choose((5, 10)), choose((0, 1))
            )

    async def _trouble(self) -> None:
        for kind in self._random.sample(self._kinds, min(3, len(self._kinds))):
            await self._deeds.plan(drawn(kind, self._random))
        chances = {m: _MISHAP_CHANCE for m in CHANCY if m in self._mishaps}
        await self._deeds.mishaps(chances)

    async def _end_market(self) -> None:
        late = asyncio.get_running_loop().time() > self._calm_at - _PEACE_EVERY_S / 2
        if late and self._random.random() < 0.1:
            kind = self._random.choice(tuple(ENDINGS))
            await self._deeds.plan(drawn(kind, self._random))

    async def _cure(self) -> None:
        await self._deeds.cure()

    async def _offline(self) -> None:
        if Mishap.OFFLINE in self._mishaps:
            await self._deeds.go_offline(is_online=not self._house.network.is_online)

    async def _crash(self) -> None:
        if Mishap.CRASH in self._mishaps and self._random.random() < 0.3:
            await self._deeds.crash(wait=False)

    async def _stop(self) -> None:
        if self._random.random() < 0.15:
            await self._deeds.stop()

    async def _rearm(self) -> None:
        if is_stopped(self._house):
            await self._deeds.rearm()


_Act = Callable[[Swarm], Awaitable[None]]
_ACTS: tuple[_Act, ...] = (
    Swarm._submit,
    Swarm._submit,
    Swarm._submit,
    Swarm._move,
    Swarm._move,
    Swarm._take,
    Swarm._take,
    Swarm._take,
    Swarm._person,
    Swarm._person,
    Swarm._by_hand,
    Swarm._trouble,
    Swarm._trouble,
    Swarm._end_market,
    Swarm._cure,
    Swarm._cure,
    Swarm._offline,
    Swarm._crash,
    Swarm._stop,
    Swarm._rearm,
    Swarm._rearm,
)


async def swarm(
    seed: int,
    hours: float,
    *,
    open_store: StoreMaker | None = None,
    kills: bool = False,
    trace: list[str] | None = None,
) -> Covered:
    """One run of so many virtual hours; fails with its seed. With `kills` the engine dies too.

    What reaches the exchange is added to `trace`, a line each.
    """
    random = Random(f"{seed}/swarm")
    failing = random.choice((0, 0, PPM // 20))
    rules = ExchangeRules(cash=1_000 * UNIT, failure_ppm=failing)
    async with open_house(seed, rules=rules, open_store=open_store) as house:
        house.landing.trace = trace
        acting = Swarm(house, random, kills=kills)
        await acting.run(hours * 3_600)
        return acting.covered()
