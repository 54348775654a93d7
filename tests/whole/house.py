"""The whole house: the real engine, the real client, the real local exchange, in virtual time."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from random import Random
from typing import Any

from polyterm.engine.engine import Engine
from polyterm.engine.settings import EngineSettings, RestartPolicy
from polyterm.exchange.client import PolymarketExchange
from polyterm.exchange.credentials import ApiCredentials
from polyterm.exchange.hosts import Hosts
from polyterm.exchange.signing import Wallet
from polyterm.models.enums import VenueName
from polyterm.models.market import Market
from polyterm.models.money import UNIT
from polyterm.simulator.credentials import ApiKey
from polyterm.simulator.faults.injector import FaultInjector
from polyterm.simulator.faults.plan import AnyFault, FaultPlan
from polyterm.simulator.faults.steered_clock import SteeredClock
from polyterm.simulator.flow_host import Listing
from polyterm.simulator.local_exchange import LocalExchange
from polyterm.simulator.rules import ExchangeRules
from polyterm.simulator.web.app import local_app
from tests.fakes.trading_floor import listing
from tests.fakes.virtual_time import VirtualClock
from tests.whole.landing import Landing
from tests.whole.network import Network
from tests.whole.stores import StoreMaker, in_memory
from tests.whole.trouble import Trouble
from tests.whole.watched_store import Archive, WatchedStore

HOSTS = Hosts.at("http://127.0.0.1:1")
_KEY = "0x" + "5a" * 32
LISTINGS = (listing("rain", rate_ppm=40_000), listing("snow", neg_risk=True))
RULES = ExchangeRules(cash=1_000 * UNIT)


class House:
    """One local exchange that lasts, and one engine after another that trades there."""

    def __init__(
        self,
        seed: int,
        *,
        open_store: StoreMaker,
        rules: ExchangeRules = RULES,
        listings: tuple[Listing, ...] = LISTINGS,
        **settings: Any,
    ) -> None:
        self.seed = seed
        clock = SteeredClock(VirtualClock())
        self.exchange = LocalExchange(clock=clock, random=Random(f"{seed}/exchange"), rules=rules)
        self.faults = FaultInjector(FaultPlan(seed=seed), self.exchange, clock)
        self.trouble = Trouble(Random(f"{seed}/trouble"))
        self.landing = Landing(local_app(self.exchange, self.faults))
        self.archive = Archive()
        self.by_hand: set[str] = set()
        """Orders that a person placed beside the engine, with the same key."""
        self.markets: list[Market] = [listed.market for listed in listings]
        self.lives = 0
        self.errands: set[asyncio.Future[None]] = set()
        """What was asked of the engine without waiting for it."""
        self._settings = EngineSettings(
            **{"on_restart": RestartPolicy.RESUME, "heartbeat": False, **settings}
        )
        self._open_store = open_store
        self._credentials: ApiCredentials | None = None
        self._wallet = Wallet.from_key(_KEY)
        self._engine: Engine | None = None
        self._network: Network | None = None
        self._store: WatchedStore | None = None
        self._files = AsyncExitStack()
        self._timekeepers: list[asyncio.Task[None]] = []
        for listed in listings:
            self.exchange.open_market(listed)

    # -- who is there --

    @property
    def engine(self) -> Engine:
        """The engine of now."""
        assert self._engine is not None
        return self._engine

    @property
    def network(self) -> Network:
        """The engine's way to the exchange."""
        assert self._network is not None
        return self._network

    @property
    def key(self) -> ApiKey:
        """The trader's key, as the exchange knows it."""
        return self.exchange.keys.of(self._wallet.signer_address.lower())[0]

    @property
    def is_running(self) -> bool:
        """Whether an engine is at work."""
        return self._engine is not None

    async def open(self) -> None:
        """Let the exchange keep time, and start the first engine."""
        keepers = (self.exchange.timetable.run(), self.faults.run())
        self._timekeepers = [asyncio.create_task(keeper) for keeper in keepers]
        await self.start_engine()

    async def close(self) -> None:
        """Kill whatever lives."""
        if self.is_running:
            await self.kill_engine()
        await self.landing.clear()
        for keeper in self._timekeepers:
            keeper.cancel()
        await asyncio.gather(*self._timekeepers, return_exceptions=True)

    # -- lives of the engine --

    async def start_engine(self, *, wait: bool = True) -> None:
        """A new life on the same journal."""
        self.lives += 1
        name = f"{self.seed}/{self.lives}"
        network = Network(self.landing.app, self.landing, self.trouble, Random(f"{name}/network"))
        client = PolymarketExchange(
            HOSTS,
            self._wallet,
            clock=VirtualClock(),
            random=Random(f"{name}/client"),
            credentials=self._credentials,
            transport=network,
            opener=network.open_feed,
        )
        inner = await self._open_store(self._files)
        store = WatchedStore(inner, self.archive, self.trouble, Random(f"{name}/store"))
        engine = Engine(
            exchange=client,
            store=store,
            venue=VenueName.DEMO,
            settings=self._settings,
            clock=VirtualClock(),
            random=Random(f"{name}/engine"),
        )
        self._engine, self._network, self._store = engine, network, store
        await engine.__aenter__()
        for market in self.markets:
            await engine.watch_market(market)
        if wait:
            async with asyncio.timeout(300):
                await engine.ready()
            self._credentials = client.credentials

    async def kill_engine(self) -> None:
        """End it as SIGKILL does: nothing more is written, on disk or to the network."""
        assert self._engine is not None
        assert self._store is not None
        self._store.is_alive = False
        self.network.die()
        for errand in self.errands:
            errand.cancel()
        await end_at_once(self._engine)
        await self._files.aclose()
        self._engine = None

    async def end_engine(self) -> None:
        """Leave it in order."""
        await self.engine.__aexit__(None, None, None)
        self.network.die()
        await self._files.aclose()
        self._engine = None

    def end_faults(self) -> None:
        """Nothing strikes any more, and what was lost is back."""
        self.trouble.end()
        self.faults.set(FaultPlan(seed=self.seed))
        self.faults.clock.set_skew(0)
        self.network.go(is_online=True)

    def strike(self, *faults: AnyFault) -> None:
        """These faults are planned from now on, beside all others."""
        self.faults.add(FaultPlan(faults))
        self.faults.run_due()

    def fired(self) -> Counter[str]:
        """How often each fault did something, by its kind."""
        planned = Counter(firing.kind for firing in self.faults.fired if firing.hits)
        return planned + Counter({kind.value: n for kind, n in self.trouble.fired.items()})

    # -- time --

    async def until(self, condition: Callable[[], bool], seconds: float) -> None:
        """Let virtual time pass until something holds."""
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.05)


async def end_at_once(engine: Engine) -> None:
    """Cancel all that an engine does, and let none of it have a last word."""
    await engine._workers.drop()
    for task in engine._errands._tasks:
        task.cancel()
    await asyncio.gather(*engine._errands._tasks, return_exceptions=True)


@asynccontextmanager
async def open_house(
    seed: int, *, open_store: StoreMaker | None = None, **options: Any
) -> AsyncGenerator[House]:
    """A house with its engine ready to trade; whatever lives in the end is killed."""
    house = House(seed, open_store=open_store or in_memory(), **options)
    try:
        await house.open()
        yield house
    finally:
        await house.close()
