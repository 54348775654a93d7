"""What has to be done now and then: books audited, markets looked up again, balances read."""

from __future__ import annotations

import asyncio
import logging

from polyterm.engine.desk import Desk
from polyterm.engine.ports import ExchangeError

_log = logging.getLogger(__name__)

_AUDIT_EVERY_S = 1.0
_WRONG_FOR_MS = 1_000
_MOST_BOOKS_A_ROUND = 10
_MARKETS_EVERY_S = 30.0
_SETTLE_S = 0.25


class Chores:
    """Errands of the engine; each runs until cancelled and outlives the exchange's silence."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._money_moved = asyncio.Event()

    def note_trade(self) -> None:
        """Money or shares moved: have the balances read soon."""
        self._money_moved.set()

    async def audit_books(self) -> None:
        """Read books that are contradicted, or that have been quiet for half their allowed age."""
        quiet_ms = round(self._desk.settings.stale_after_s * 500)
        while True:
            await asyncio.sleep(_AUDIT_EVERY_S)
            doubtful = self._desk.monitor.doubtful(_WRONG_FOR_MS, quiet_ms)
            for token_id in doubtful[:_MOST_BOOKS_A_ROUND]:
                try:
                    self._desk.monitor.confirm(await self._desk.exchange.book(token_id))
                except ExchangeError as error:
                    _log.info("book audit: %s", error)
                    break

    async def refresh_markets(self) -> None:
        """Look up grid, fees and state of the watched markets again."""
        while True:
            await asyncio.sleep(_MARKETS_EVERY_S)
            for market in self._desk.monitor.markets():
                try:
                    await self._desk.refresh_market(market.outcomes[0].token_id)
                except ExchangeError as error:
                    _log.info("market refresh: %s", error)
                    break

    async def refresh_account(self) -> None:
        """Read balances after money moved; several moves in a row are one reading."""
        while True:
            await self._money_moved.wait()
            await asyncio.sleep(_SETTLE_S)
            self._money_moved.clear()
            try:
                await self._desk.account.refresh()
            except ExchangeError as error:
                _log.info("balances: %s", error)
