"""Take the README's picture: the real console, trading on the demo exchange.

Run it with `make picture`.
"""

from __future__ import annotations

import asyncio
import tempfile
from decimal import Decimal
from pathlib import Path

from polyterm.app import PolytermApp
from polyterm.cli.local_exchange import local_exchange
from polyterm.cli.options import SessionFlags
from polyterm.cli.prepare import Prepared, prepare
from polyterm.cli.session import open_engine
from polyterm.engine.clock import SystemClock
from polyterm.engine.engine import Engine
from polyterm.models.enums import Side, Urgency, VenueName
from polyterm.models.market import Market
from polyterm.models.money import format_price
from polyterm.models.order_request import OrderRequest
from polyterm.models.strategy_params import StrategyParams
from polyterm.strategies.iceberg_params import IcebergParams
from polyterm.strategies.kelly_params import KellyParams
from polyterm.strategies.micro_price import MicroPriceParams

PICTURE = Path(__file__).with_name("console.svg")
SIZE = (156, 46)
SEED = 11
_WATCH_S = 7.0
_SETTLE_S = 0.5


def main() -> None:
    """Start the demo, let three orders work for a while, and save what the screen shows."""
    with tempfile.TemporaryDirectory() as directory:
        flags = SessionFlags(venue=VenueName.DEMO, data_dir=Path(directory), seed=SEED)
        prepared = prepare(flags)
        with local_exchange(flags) as local:
            url = None if local is None else local.wait_ready()
            asyncio.run(_take(prepared, url))


async def _take(prepared: Prepared, url: str | None) -> None:
    async with open_engine(prepared, url, prepared.settings.engine) as engine:
        app = PolytermApp(engine, venue=VenueName.DEMO, clock=SystemClock())
        async with app.run_test(size=SIZE) as pilot:
            await engine.ready()
            await _trade(engine)
            await asyncio.sleep(_WATCH_S)
            await pilot.pause()
            PICTURE.write_text(app.export_screenshot(title="polyterm"), encoding="utf-8")


async def _trade(engine: Engine) -> None:
    markets = {market.slug: market for market in await engine.list_markets()}
    rates = markets["fed-cuts-rates-in-december"]
    crypto = next(market for slug, market in markets.items() if slug.startswith("btc-updown"))
    election = next(market for slug, market in markets.items() if "lindqvist" in slug)
    match = markets["rovers-vs-united"]
    kelly = KellyParams(probability=Decimal("0.72"), max_stake=Decimal(600))
    await _order(engine, crypto, IcebergParams(tranche_size=Decimal(120)), Decimal(1_200), 400)
    await _order(engine, election, MicroPriceParams(), Decimal(900), 200)
    await _order(engine, match, kelly, None, 400)
    await _order(engine, rates, IcebergParams(tranche_size=Decimal(50)), Decimal(500), 300)


async def _order(
    engine: Engine, market: Market, params: StrategyParams, size: Decimal | None, beyond: int
) -> None:
    token_id = market.outcomes[0].token_id
    await engine.watch_market(market)
    await asyncio.sleep(_SETTLE_S)
    snapshot = engine.snapshot(token_id)
    if snapshot is None or snapshot.best_ask is None:
        raise SystemExit(f"no book of {market.slug} to trade on")
    limit = Decimal(format_price(snapshot.best_ask.price + beyond))
    await engine.submit_order(
        OrderRequest(
            token_id=token_id,
            side=Side.BUY,
            size=size,
            max_price=limit,
            params=params,
            urgency=Urgency.MEDIUM,
        )
    )


if __name__ == "__main__":
    main()
