"""Composition: exchange client, store and engine, opened in order and closed in reverse."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator, Iterator
from random import SystemRandom
from urllib.parse import urlsplit

from polyterm import __version__
from polyterm.cli.credentials import write_credentials
from polyterm.cli.exit_codes import ExitCode
from polyterm.cli.fact_log import log_fact
from polyterm.cli.failure import Failure
from polyterm.cli.logs import log_to
from polyterm.cli.patience import becomes_true
from polyterm.cli.prepare import Prepared
from polyterm.cli.stop_file import StopFile
from polyterm.config import JournalSettings
from polyterm.engine.clock import SystemClock
from polyterm.engine.engine import Engine
from polyterm.engine.gauges import budget_gauge
from polyterm.engine.ports import ExchangeError, UnreachableError
from polyterm.engine.settings import EngineSettings
from polyterm.engine.store import StoreError
from polyterm.exchange.client import PolymarketExchange
from polyterm.exchange.hosts import Hosts
from polyterm.exchange.signing import Wallet
from polyterm.models.complaint import RefusedError
from polyterm.storage import open_store
from polyterm.storage.pruning import Keep

_log = logging.getLogger(__name__)

LATEST_LOGIN_S = 2.0


@contextlib.asynccontextmanager
async def open_engine(
    prepared: Prepared,
    url: str | None,
    engine_settings: EngineSettings,
    log_in_after: asyncio.Event | None = None,
) -> AsyncIterator[Engine]:
    """A running engine at that address (Polymarket itself where there is none).

    It logs in after the event, or soon: a console shows its books first.
    """
    log_to(prepared.place.log, prepared.settings.logs)
    wallet = _wallet(prepared)
    _log.info("polyterm %s starts: %s", __version__, _in_short(prepared, wallet, url))
    clock, random = SystemClock(), SystemRandom()
    exchange = _LateLogin(hosts_at(url), wallet, clock=clock, random=random)
    exchange.log_in_after = log_in_after
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(_log.info, "polyterm has ended")
        stack.push_async_callback(exchange.aclose)
        store = await stack.enter_async_context(
            open_store(prepared.place.database, clock, _keep(prepared.settings.journal))
        )
        keeping = asyncio.create_task(
            _keep_credentials(prepared, wallet, exchange), name="credentials"
        )
        stack.callback(keeping.cancel)
        engine = Engine(
            exchange=exchange,
            store=store,
            venue=prepared.place.venue,
            settings=engine_settings,
            clock=clock,
            random=random,
            outside_stop=StopFile(prepared.place.directory),
        )
        engine.on_fact = log_fact
        engine.more_gauges.append(lambda: budget_gauge(exchange.budget_left()))
        yield await stack.enter_async_context(engine)


def _in_short(prepared: Prepared, wallet: Wallet, url: str | None) -> str:
    address = f"{wallet.address[:6]}...{wallet.address[-4:]}"
    exchange = "Polymarket" if url is None else urlsplit(url).netloc.rpartition("@")[2]
    venue, process = prepared.place.venue, os.getpid()
    return f"{venue} venue, wallet {address}, exchange {exchange}, process {process}"


class _LateLogin(PolymarketExchange):
    """Waits with the signing libraries, whose import takes the better part of a second."""

    log_in_after: asyncio.Event | None = None

    async def connect(self) -> None:
        """Log in as soon as nothing is to be shown first."""
        if self.log_in_after is not None:
            await becomes_true(self.log_in_after.is_set, LATEST_LOGIN_S)
        await super().connect()


def hosts_at(url: str | None) -> Hosts:
    """The exchange at that address; Polymarket itself where there is none."""
    try:
        return Hosts.live() if url is None else Hosts.at(url)
    except ValueError as error:
        raise Failure(f"exchange_url: {error}") from error


def _keep(settings: JournalSettings) -> Keep:
    return Keep(
        decisions_days=settings.keep_decisions_days,
        facts_days=settings.keep_facts_days,
        orders_days=settings.keep_orders_days,
    )


def _wallet(prepared: Prepared) -> Wallet:
    if not prepared.place.venue.is_real_money:
        return Wallet.from_key(prepared.key)
    chosen = prepared.settings.wallet
    try:
        return Wallet.from_key(
            prepared.key, funder=chosen.funder, signature_type=chosen.signature_type
        )
    except ValueError as error:
        raise Failure(f"wallet: {error}") from error


async def _keep_credentials(
    prepared: Prepared, wallet: Wallet, exchange: PolymarketExchange
) -> None:
    # The engine connects when the exchange answers, which may be much later.
    await becomes_true(lambda: exchange.credentials is not None, float("inf"))
    if exchange.credentials is not None:
        write_credentials(prepared.place.credentials, wallet.signer_address, exchange.credentials)


@contextlib.contextmanager
def failures_in_words() -> Iterator[None]:
    """Turn what can go wrong outside this program into a message and an exit code."""
    try:
        yield
    except UnreachableError as error:
        raise Failure(f"the exchange cannot be reached: {error}", ExitCode.UNREACHABLE) from error
    except RefusedError as error:
        raise Failure(f"refused: {error}") from error
    except (ExchangeError, StoreError) as error:
        raise Failure(str(error)) from error
