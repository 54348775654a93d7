"""Discovery: markets and events by slug, search and keyset pages (`protocol.md` 1.3, Gamma)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from polyterm.simulator.local_exchange import LocalExchange
from polyterm.simulator.markets import MarketState, event_slug
from polyterm.simulator.refusals import NO_MARKET, RefusalError
from polyterm.simulator.web.answers import answer, read_number
from polyterm.simulator.web.market_routes import MarketRoutes
from polyterm.simulator.web.paging import next_cursor, offset
from polyterm.simulator.wire.gamma import gamma_event, gamma_market

MAX_PAGE = 100
DEFAULT_PAGE = 20
_GAMMA_ONLY = frozenset(
    {"limit", "offset", "slug", "id", "condition_ids", "clob_token_ids", "closed", "active"}
    | {"order", "ascending"}
)
_T = TypeVar("_T")
_ORDERS: dict[str, Callable[[MarketState], int]] = {
    "id": lambda state: state.number,
    "volume": lambda state: state.volume,
    "volumeNum": lambda state: state.volume,
    "volume24hr": lambda state: state.volume,
    "startDate": lambda state: state.opened_ms,
    "createdAt": lambda state: state.opened_ms,
    "endDate": lambda state: state.market.end_ms or 0,
}


class GammaRoutes:
    """Discovery shares its host with the order exchange here, so some paths serve both."""

    def __init__(self, exchange: LocalExchange, clob: MarketRoutes) -> None:
        self._markets = exchange.markets
        self._clob = clob

    def routes(self) -> list[Route]:
        """What is served, the most particular paths first."""
        return [
            Route("/markets/keyset", self.market_pages),
            Route("/events/keyset", self.event_pages),
            Route("/markets/slug/{slug}", self.market_by_slug),
            Route("/events/slug/{slug}", self.event_by_slug),
            Route("/public-search", self.search),
            Route("/markets", self.markets),
            Route("/markets/{condition_id}", self.market),
        ]

    async def market_pages(self, request: Request) -> Response:
        """Markets, page by page."""
        return self._keyset(request, "markets", self._wanted(request), gamma_market)

    async def event_pages(self, request: Request) -> Response:
        """Events with their markets, page by page."""
        return self._keyset(request, "events", self._events(self._wanted(request)), gamma_event)

    async def market_by_slug(self, request: Request) -> Response:
        """One market, closed ones too."""
        return answer(gamma_market(_require(self._markets.by_slug(request.path_params["slug"]))))

    async def event_by_slug(self, request: Request) -> Response:
        """One event with its markets."""
        states = self._markets.of_event(request.path_params["slug"])
        _require(states[0] if states else None)
        return answer(gamma_event(states))

    async def search(self, request: Request) -> Response:
        """Events of which a market's question or slug holds every word asked for."""
        words = request.query_params.get("q", "").casefold().split()
        limit = read_number(request, "limit_per_type", DEFAULT_PAGE)
        found = [s for s in self._markets if not s.closed and _holds(s, words)]
        events = self._events(found)
        pagination = {"hasMore": len(events) > limit, "totalResults": len(events)}
        shown = [gamma_event(states) for states in events[:limit]]
        return answer({"events": shown, "tags": [], "profiles": [], "pagination": pagination})

    async def markets(self, request: Request) -> Response:
        """The order exchange's pages, or discovery's older list where its parameters are used."""
        if not _GAMMA_ONLY & set(request.query_params):
            return await self._clob.all(request)
        start = read_number(request, "offset", 0)
        limit = min(read_number(request, "limit", DEFAULT_PAGE), MAX_PAGE)
        wanted = self._wanted(request)[start : start + limit]
        return answer([gamma_market(state) for state in wanted])

    async def market(self, request: Request) -> Response:
        """A market by discovery's number, or by its condition id for the order exchange."""
        number = request.path_params["condition_id"]
        if not number.isdigit():
            return await self._clob.one(request)
        return answer(gamma_market(_require(self._markets.by_number(number))))

    def _wanted(self, request: Request) -> list[MarketState]:
        query = request.query_params
        is_closed = query.get("closed", "false") == "true"
        names: tuple[tuple[str, Callable[[MarketState], set[str]]], ...] = (
            ("slug", lambda state: {state.market.slug}),
            ("id", lambda state: {str(state.number)}),
            ("condition_ids", lambda state: {state.id}),
            ("clob_token_ids", lambda state: set(state.tokens)),
        )
        found = [state for state in self._markets if state.closed == is_closed]
        for name, of in names:
            if asked := set(query.getlist(name)):
                found = [state for state in found if asked & of(state)]
        key = _ORDERS.get(query.get("order", "id"), _ORDERS["id"])
        return sorted(found, key=key, reverse=query.get("ascending", "true") == "false")

    def _events(self, states: Sequence[MarketState]) -> list[tuple[MarketState, ...]]:
        return [self._markets.of_event(s) for s in dict.fromkeys(event_slug(s) for s in states)]

    def _keyset(
        self, request: Request, name: str, items: Sequence[_T], show: Callable[[_T], object]
    ) -> Response:
        if "offset" in request.query_params:
            raise RefusalError("offset is not supported on keyset pages", 422)
        start = offset(request.query_params.get("after_cursor"))
        limit = min(read_number(request, "limit", DEFAULT_PAGE), MAX_PAGE)
        shown = [show(item) for item in items[start : start + limit]]
        following = next_cursor(start, limit, len(items))
        return answer({name: shown, **({"next_cursor": following} if following else {})})


def _require(state: MarketState | None) -> MarketState:
    if state is None:
        raise RefusalError(NO_MARKET, 404)
    return state


def _holds(state: MarketState, words: list[str]) -> bool:
    text = f"{state.market.question} {state.market.slug} {state.listing.event_title}".casefold()
    return all(word in text for word in words)
