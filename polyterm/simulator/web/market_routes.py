"""Markets as the order exchange lists them, for everybody (`protocol.md` 1.2, 1.3)."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from polyterm.simulator.local_exchange import LocalExchange
from polyterm.simulator.markets import MarketState
from polyterm.simulator.refusals import NO_FEE_RATE, NO_MARKET, RefusalError
from polyterm.simulator.web.answers import answer
from polyterm.simulator.web.paging import page
from polyterm.simulator.wire.clob_markets import (
    base_fee,
    market_details,
    market_item,
    simplified_item,
)
from polyterm.simulator.wire.numbers import price_number
from polyterm.simulator.wire.trades import public_trade

PAGE = 500
"""Markets on one page."""
RECENT = 50
"""Trades shown of a market."""


class MarketRoutes:
    """The exchange itself and its markets' constants."""

    def __init__(self, exchange: LocalExchange) -> None:
        self._exchange = exchange

    def routes(self) -> list[Route]:
        """What is served; `/markets` itself is shared with discovery and served there."""
        return [
            Route("/ok", self.ok),
            Route("/time", self.time),
            Route("/version", self.version),
            Route("/tick-size", self.tick_size),
            Route("/neg-risk", self.neg_risk),
            Route("/fee-rate", self.fee_rate),
            Route("/clob-markets/{condition_id}", self.details),
            Route("/markets-by-token/{token_id}", self.by_token),
            Route("/sampling-markets", self.sampling),
            Route("/simplified-markets", self.simplified),
            Route("/sampling-simplified-markets", self.sampling_simplified),
            Route("/markets/live-activity/{condition_id}", self.activity),
        ]

    async def ok(self, request: Request) -> Response:
        """Whether it is up."""
        return answer("OK")

    async def time(self, request: Request) -> Response:
        """The exchange's clock, in seconds."""
        return PlainTextResponse(str(self._exchange.now_ms() // 1000))

    async def version(self, request: Request) -> Response:
        """The version of the order struct."""
        return answer({"version": 2})

    async def tick_size(self, request: Request) -> Response:
        """A token's grid."""
        state = self._by_token(request.query_params.get("token_id", ""), NO_MARKET)
        return answer({"minimum_tick_size": price_number(state.market.tick)})

    async def neg_risk(self, request: Request) -> Response:
        """Whether a token settles through the exchange for events of several outcomes."""
        state = self._by_token(request.query_params.get("token_id", ""), NO_MARKET)
        return answer({"neg_risk": state.market.neg_risk})

    async def fee_rate(self, request: Request) -> Response:
        """The retired fee flag."""
        state = self._by_token(request.query_params.get("token_id", ""), NO_FEE_RATE)
        return answer({"base_fee": base_fee(state)})

    async def details(self, request: Request) -> Response:
        """A market's constants by short keys."""
        return answer(market_details(self._by_condition(request)))

    async def by_token(self, request: Request) -> Response:
        """The market of a token."""
        state = self._by_token(request.path_params["token_id"], NO_MARKET)
        first, second = state.tokens
        return answer(
            {
                "condition_id": state.id,
                "primary_token_id": first,
                "secondary_token_id": second,
            }
        )

    async def all(self, request: Request) -> Response:
        """Every market."""
        return self._page(request, list(self._exchange.markets), market_item)

    async def one(self, request: Request) -> Response:
        """One market by its condition id."""
        return answer(market_item(self._by_condition(request)))

    async def sampling(self, request: Request) -> Response:
        """The markets that can be traded."""
        return self._page(request, self._open(), market_item)

    async def simplified(self, request: Request) -> Response:
        """Every market, in few words."""
        return self._page(request, list(self._exchange.markets), simplified_item)

    async def sampling_simplified(self, request: Request) -> Response:
        """The markets that can be traded, in few words."""
        return self._page(request, self._open(), simplified_item)

    async def activity(self, request: Request) -> Response:
        """A market's latest trades that an account took part in."""
        state = self._by_condition(request)
        trades = [t for t in self._exchange.execution.trades.values() if t.condition_id == state.id]
        return answer([public_trade(t, state, t.taker) for t in trades[: -RECENT - 1 : -1]])

    def _open(self) -> list[MarketState]:
        return [state for state in self._exchange.markets if not state.closed]

    def _by_token(self, token_id: str, refusal: str) -> MarketState:
        state = self._exchange.markets.by_token(token_id)
        if state is None:
            raise RefusalError(refusal, 404)
        return state

    def _by_condition(self, request: Request) -> MarketState:
        state = self._exchange.markets.find(request.path_params["condition_id"])
        if state is None:
            raise RefusalError(NO_MARKET, 404)
        return state

    def _page(
        self,
        request: Request,
        states: list[MarketState],
        show: Callable[[MarketState], dict[str, object]],
    ) -> Response:
        return answer(page(states, request.query_params.get("next_cursor"), PAGE, show))
