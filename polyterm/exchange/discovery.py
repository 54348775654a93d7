"""Finding markets: by volume, by words, by slug, by token.

Discovery is cached for minutes on its way to us (`protocol.md` 1.3), so it serves for finding and
for names; grid, fees and state of a single market come from the order exchange.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import quote

from polyterm.engine.ports import AnswerError, ExchangeError
from polyterm.exchange.discovery_wire import (
    ClobMarket,
    ClobNames,
    GammaMarket,
    GammaMarketsPage,
    GammaSearch,
)
from polyterm.exchange.gateway import Gateway, Request
from polyterm.exchange.market_mapping import (
    discovered_market,
    exchange_market,
    with_names,
    with_title,
)
from polyterm.exchange.numbers import UnreadableError, price
from polyterm.exchange.wire import TickReply, TokenReply
from polyterm.models.ids import ConditionId, TokenId
from polyterm.models.market import Market
from polyterm.models.money import Price

PAGE = 100
"""The most that discovery gives at once."""
_MOST_PAGES = 20


class Discovery:
    """Reads markets of discovery and of the order exchange."""

    def __init__(self, discovery: Gateway, exchange: Gateway) -> None:
        self._discovery = discovery
        self._exchange = exchange

    async def list_markets(self, limit: int) -> tuple[Market, ...]:
        """Tradable markets, largest volume first."""
        found: list[Market] = []
        cursor = ""
        for _ in range(_MOST_PAGES):
            page = await self._page(min(PAGE, limit), cursor)
            found.extend(_tradable(page.markets or page.data or ()))
            cursor = page.next_cursor or ""
            if len(found) >= limit or not cursor:
                break
        return _largest(found, limit)

    async def search(self, text: str, limit: int) -> tuple[Market, ...]:
        """Tradable markets that the text finds, largest volume first."""
        request = Request("GET", "/public-search", params={"q": text})
        found = await self._discovery.get(request, GammaSearch)
        markets = list(found.markets or ())
        for event in found.events or ():
            markets.extend(event.markets or ())
        return _largest(_tradable(markets), limit)

    async def by_slug(self, slug: str) -> Market:
        """One market; `NotFoundError` where there is none of that slug."""
        request = Request("GET", f"/markets/slug/{quote(slug, safe='')}")
        wire = await self._discovery.get(request, GammaMarket)
        with self._discovery.making_sense(request):
            told = discovered_market(wire)
        market = await self._on_exchange(told.condition_id, told.outcomes[0].token_id)
        with self._discovery.making_sense(request):
            return with_names(market, told)

    async def by_token(self, token_id: TokenId) -> Market:
        """The market of a token; `NotFoundError` where the exchange does not know it."""
        request = Request("GET", f"/markets-by-token/{token_id}")
        condition_id = ConditionId((await self._exchange.get(request, TokenReply)).condition_id)
        market, told = await asyncio.gather(
            self._on_exchange(condition_id, token_id), self._told(condition_id)
        )
        if told is None:
            return await self._titled(market)
        with self._exchange.making_sense(request):
            return with_names(market, told)

    async def _on_exchange(self, condition_id: ConditionId, token_id: TokenId) -> Market:
        request = Request("GET", f"/clob-markets/{condition_id}")
        wire, tick = await asyncio.gather(
            self._exchange.get(request, ClobMarket), self._tick(token_id)
        )
        with self._exchange.making_sense(request):
            return exchange_market(condition_id, wire, tick)

    async def _page(self, limit: int, cursor: str) -> GammaMarketsPage:
        params = {
            "limit": str(limit),
            "order": "volumeNum",
            "ascending": "false",
            "active": "true",
            "closed": "false",
        }
        if cursor:
            params["after_cursor"] = cursor
        request = Request("GET", "/markets/keyset", params=params)
        return await self._discovery.get(request, GammaMarketsPage)

    async def _tick(self, token_id: TokenId) -> Price | None:
        """The grid as it is now; nothing where the exchange tells it with the market only."""
        request = Request("GET", "/tick-size", params={"token_id": token_id})
        try:
            reply = await self._exchange.get(request, TickReply)
        except AnswerError:
            return None
        with self._exchange.making_sense(request):
            return price(reply.minimum_tick_size)

    async def _told(self, condition_id: ConditionId) -> Market | None:
        """What discovery says of a market, where it still lists it."""
        params = {"condition_ids": condition_id}
        request = Request("GET", "/markets/keyset", params=params)
        try:
            page = await self._discovery.get(request, GammaMarketsPage)
        except ExchangeError:
            return None
        # A filter that the host does not know is ignored silently (`protocol.md` 1.3).
        wanted = [
            wire for wire in page.markets or page.data or () if wire.condition_id == condition_id
        ]
        return next(iter(_readable(wanted)), None)

    async def _titled(self, market: Market) -> Market:
        request = Request("GET", f"/markets/{market.condition_id}")
        try:
            names = await self._exchange.get(request, ClobNames)
        except ExchangeError:
            return market
        if names.condition_id != market.condition_id:
            return market
        return with_title(
            market, names.market_slug or "", names.question or "", names.end_date_iso or ""
        )


def _tradable(wire: Iterable[GammaMarket]) -> list[Market]:
    return _readable(market for market in wire if market.is_tradable)


def _readable(wire: Iterable[GammaMarket]) -> list[Market]:
    """Those that make sense: one odd market must not hide all the others."""
    found: list[Market] = []
    for market in wire:
        with suppress(UnreadableError):
            found.append(discovered_market(market))
    return found


def _largest(markets: Iterable[Market], limit: int) -> tuple[Market, ...]:
    unique = {market.condition_id: market for market in markets}
    return tuple(sorted(unique.values(), key=lambda market: -market.volume)[:limit])
