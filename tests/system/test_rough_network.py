"""Thirty orders over a network that is cut, delayed, frozen and reset: both ledgers end equal."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from decimal import Decimal
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import pytest

from polyterm.engine.clock import SystemClock
from polyterm.engine.engine import Engine
from polyterm.engine.parent import DUST
from polyterm.engine.settings import EngineSettings, RestartPolicy
from polyterm.exchange.client import PolymarketExchange
from polyterm.exchange.hosts import Hosts
from polyterm.exchange.signing import Wallet
from polyterm.models.complaint import RefusedError
from polyterm.models.enums import Side, Urgency, VenueName
from polyterm.models.ids import OrderId
from polyterm.models.market import Market
from polyterm.models.money import format_price, unit_decimal
from polyterm.models.order_request import OrderRequest
from polyterm.models.strategy_params import StrategyParams
from polyterm.storage import open_store
from polyterm.strategies.iceberg_params import IcebergParams
from polyterm.strategies.kelly_params import KellyParams
from polyterm.strategies.micro_price import MicroPriceParams
from polyterm.strategies.twap import TwapParams
from polyterm.strategies.vwap import VwapParams
from tests.system.ledgers import Ledger, ours, read_ledger, theirs
from tests.system.rough_proxy import RoughProxy

ORDERS = 30
SETTLED_S = 40.0


@asynccontextmanager
async def _exchange(seed: int) -> AsyncGenerator[str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "polyterm", "exchange"),
        *("--seed", str(seed), "--pace", "4", "--cash", "100000"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        yield json.loads(await process.stdout.readline())["url"]
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def _engine(url: str, path: Path, random: Random) -> AsyncGenerator[Engine]:
    clock = SystemClock()
    wallet = Wallet.generate(random.randbytes(32))
    exchange = PolymarketExchange(Hosts.at(url), wallet, clock=clock, random=random)
    settings = EngineSettings(on_restart=RestartPolicy.RESUME, workers=ORDERS)
    async with open_store(path, clock) as store:
        async with Engine(
            exchange=exchange,
            store=store,
            venue=VenueName.DEMO,
            settings=settings,
            clock=clock,
            random=random,
        ) as engine:
            await engine.ready()
            yield engine
        await exchange.aclose()


def _params(random: Random) -> StrategyParams:
    return random.choice(
        (
            IcebergParams(tranche_size=Decimal(20)),
            MicroPriceParams(),
            KellyParams(probability=Decimal("0.8"), max_stake=Decimal(80)),
            TwapParams(duration_s=Decimal(60), slices=6),
            VwapParams(child_size=Decimal(10)),
        )
    )


async def _submit(engine: Engine, market: Market, random: Random) -> OrderId | None:
    token_id = market.outcomes[0].token_id
    await engine.watch_market(market)
    snapshot = engine.snapshot(token_id)
    if snapshot is None or snapshot.best_ask is None or snapshot.best_bid is None:
        return None
    spendable = {p.token_id: unit_decimal(p.spendable) for p in engine.account().positions}
    sells = spendable.get(token_id, 0) >= 40 and random.random() < 0.5
    ask, bid = snapshot.best_ask.price, snapshot.best_bid.price
    params = _params(random)
    if sells and params.sized_by:
        params = MicroPriceParams()
    limit = max(bid - 200, 1_000) if sells else min(ask + 200, 9_000)
    request = OrderRequest(
        token_id=token_id,
        side=Side.SELL if sells else Side.BUY,
        size=Decimal(40) if sells else Decimal(random.randrange(40, 200)),
        max_price=None if sells else Decimal(format_price(limit)),
        min_price=Decimal(format_price(limit)) if sells else None,
        params=params,
        urgency=random.choice(list(Urgency)),
    )
    try:
        return await engine.submit_order(request)
    except RefusedError:
        return None


async def _keep_trading(engine: Engine, random: Random, orders: set[OrderId]) -> None:
    markets = [market for market in await engine.list_markets() if market.tick == 100]
    while True:
        await asyncio.sleep(0.2)
        at_work = sum(not engine.order_status(order_id).status.is_final for order_id in orders)
        if at_work < ORDERS:
            order_id = await _submit(engine, random.choice(markets), random)
            orders |= {order_id} if order_id else set()


async def _run(seconds: float, seed: int, path: Path) -> None:
    random = Random(seed)
    async with _exchange(seed) as url:
        parts = urlsplit(url)
        async with (
            RoughProxy(parts.hostname or "", parts.port or 0, random) as proxy,
            _engine(proxy.url, path, random) as engine,
        ):
            orders: set[OrderId] = set()
            trading = asyncio.create_task(_keep_trading(engine, random, orders))
            ends_at = asyncio.get_running_loop().time() + seconds
            while asyncio.get_running_loop().time() < ends_at:
                await asyncio.sleep(random.uniform(0.5, 2.5))
                await proxy.trouble()
            trading.cancel()
            with suppress(asyncio.CancelledError):
                await trading
            async with asyncio.timeout(SETTLED_S):
                await engine.emergency_stop("the test is over")
            ledger = await _until_equal(engine, url)
            assert not ledger.open
            assert ledger.fills
            assert all(order.filled <= order.size + DUST for order in engine.list_orders())
            assert len(orders) >= ORDERS // 2
            assert len(proxy.fired) >= 3, proxy.fired


async def _until_equal(engine: Engine, url: str) -> Ledger:
    """Wait until both sides agree to the millionth; what they differ in where they never do."""
    ends_at = asyncio.get_running_loop().time() + SETTLED_S
    while (mine := await ours(engine)) != (their := theirs(await read_ledger(url))):
        if asyncio.get_running_loop().time() > ends_at:
            assert mine == their
        await asyncio.sleep(1)
    return mine


@pytest.mark.timeout(150)
async def test_half_a_minute_of_a_rough_network_loses_and_doubles_nothing(tmp_path: Path) -> None:
    await _run(30, seed=5, path=tmp_path / "journal.db")


@pytest.mark.soak
@pytest.mark.timeout(1_200)
async def test_ten_minutes_of_a_rough_network_end_with_equal_ledgers(tmp_path: Path) -> None:
    seconds = float(os.environ.get("POLYTERM_SOAK_SECONDS", "600"))
    await _run(seconds, seed=6, path=tmp_path / "journal.db")
