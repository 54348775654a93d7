"""An emergency stop without an engine: the exchange itself is told, and read back."""

from __future__ import annotations

import asyncio
import contextlib
from random import SystemRandom
from typing import Any

from polyterm.cli.credentials import read_credentials
from polyterm.cli.places import VenuePlace
from polyterm.cli.plain import plain_stop
from polyterm.cli.session import failures_in_words, hosts_at
from polyterm.engine.clock import Clock, SystemClock
from polyterm.engine.ports import Exchange, UnreachableError
from polyterm.exchange.client import PolymarketExchange
from polyterm.exchange.signing import Wallet
from polyterm.models.events import StopState
from polyterm.models.views import StopView

PATIENCE_S = 15.0
PAUSE_S = 0.25


def stop_directly(place: VenuePlace, url: str | None) -> dict[str, Any]:
    """Cancel all and read back. Who asks sets the stop file first: nothing here keeps it so."""
    with failures_in_words():
        return plain_stop(asyncio.run(_stop(place, url)))


async def _stop(place: VenuePlace, url: str | None) -> StopView:
    signer, credentials = read_credentials(place.credentials)
    clock = SystemClock()
    exchange = PolymarketExchange(
        hosts_at(url),
        Wallet.locked(signer),
        clock=clock,
        random=SystemRandom(),
        credentials=credentials,
    )
    async with contextlib.aclosing(exchange):
        return await cancel_until_none(exchange, clock)


async def cancel_until_none(
    exchange: Exchange, clock: Clock, patience_s: float = PATIENCE_S
) -> StopView:
    """Cancel everything again and again until the exchange shows no open order."""
    end = clock.monotonic() + patience_s
    while True:
        left, problem = await _round(exchange)
        if left == 0:
            return _view(clock, StopState.STOPPED_VERIFIED, 0, "the exchange shows no open order")
        if clock.monotonic() >= end:
            return _view(clock, StopState.STOP_UNVERIFIED, left, problem)
        await asyncio.sleep(PAUSE_S)


async def _round(exchange: Exchange) -> tuple[int | None, str]:
    report = await exchange.cancel_all()
    try:
        # Learns how wrong our clock is: a signature with a wrong time would be refused again.
        await exchange.server_time_ms()
        left = len(await exchange.open_orders())
    except UnreachableError as error:
        return None, f"the exchange cannot be read: {error}"
    return left, report.reason or f"{left} still open"


def _view(clock: Clock, state: StopState, open_orders: int | None, reason: str) -> StopView:
    return StopView(state=state, since_ms=clock.now_ms(), open_orders=open_orders, reason=reason)
