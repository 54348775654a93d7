"""Books and prices over REST, for everybody (`protocol.md` 1.2)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from polyterm.models.enums import Side
from polyterm.models.money import PRICE_ONE
from polyterm.simulator.local_exchange import LocalExchange
from polyterm.simulator.markets import MarketState
from polyterm.simulator.refusals import (
    BAD_SIDE,
    BAD_TOKEN,
    NO_BOOK,
    TOO_MANY_BOOKS,
    RefusalError,
)
from polyterm.simulator.rules import MAX_BOOKS
from polyterm.simulator.web.answers import answer, read_body, read_number
from polyterm.simulator.wire.books import book_summary, double_mid, spread
from polyterm.simulator.wire.numbers import half_price_text, price_text

NEVER_TRADED = "0.5"
"""Last price of a market without a trade; its side is empty."""
_DAY_S = 86_400
_INTERVALS = {"1h": 3_600, "6h": 21_600, "1d": _DAY_S, "1w": 7 * _DAY_S, "max": 1 << 40}
_Quote = Callable[[MarketState, int], str]


class _TokenParam(msgspec.Struct):
    token_id: str
    side: str = ""


class PriceRoutes:
    """Reads of the books; none needs a key."""

    def __init__(self, exchange: LocalExchange) -> None:
        self._exchange = exchange

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/book", self.book),
            Route("/books", self.books, methods=["POST"]),
            Route("/price", self.price),
            Route("/prices", self.prices, methods=["POST"]),
            Route("/midpoint", self.midpoint),
            Route("/midpoints", self.midpoints, methods=["POST"]),
            Route("/spread", self.spread),
            Route("/spreads", self.spreads, methods=["POST"]),
            Route("/last-trade-price", self.last_trade),
            Route("/last-trades-prices", self.last_trades, methods=["POST"]),
            Route("/prices-history", self.history),
        ]

    async def book(self, request: Request) -> Response:
        """One token's book."""
        state, index = self._asked(request)
        return answer(book_summary(state, index, self._exchange.now_ms()))

    async def books(self, request: Request) -> Response:
        """Several tokens' books; those that are not known are left out."""
        params = await read_body(request, list[_TokenParam])
        if len(params) > MAX_BOOKS:
            raise RefusalError(TOO_MANY_BOOKS)
        now_ms = self._exchange.now_ms()
        found = self._found(params)
        return answer([book_summary(state, index, now_ms) for state, index, _ in found])

    async def price(self, request: Request) -> Response:
        """The best bid for BUY, the best ask for SELL."""
        state, index = self._asked(request)
        return answer({"price": _best(state, index, request.query_params.get("side", ""))})

    async def prices(self, request: Request) -> Response:
        """The same of several tokens, by token and side."""
        prices: dict[str, dict[str, str]] = {}
        for state, index, side in self._found(await read_body(request, list[_TokenParam])):
            prices.setdefault(state.tokens[index], {})[side] = _best(state, index, side)
        return answer(prices)

    async def midpoint(self, request: Request) -> Response:
        """Halfway between best bid and best ask."""
        return answer({"mid": _mid(*self._asked(request))})

    async def midpoints(self, request: Request) -> Response:
        """The same of several tokens, by token."""
        return answer(await self._quotes(request, _mid))

    async def spread(self, request: Request) -> Response:
        """Best ask less best bid."""
        return answer({"spread": _spread(*self._asked(request))})

    async def spreads(self, request: Request) -> Response:
        """The same of several tokens, by token."""
        return answer(await self._quotes(request, _spread))

    async def last_trade(self, request: Request) -> Response:
        """The market's last print."""
        state, _ = self._asked(request)
        return answer(_last_trade(state))

    async def last_trades(self, request: Request) -> Response:
        """The same of several tokens."""
        found = self._found(await read_body(request, list[_TokenParam]))
        return answer([{"token_id": s.tokens[i], **_last_trade(s)} for s, i, _ in found])

    async def history(self, request: Request) -> Response:
        """Mid prices of a token over time; `fidelity` is in minutes."""
        state = self._exchange.markets.by_token(request.query_params.get("market", ""))
        if state is None:
            raise RefusalError(BAD_TOKEN)
        now_s = self._exchange.now_ms() // 1000
        length_s = _INTERVALS.get(request.query_params.get("interval", "max"), _DAY_S)
        start_s = read_number(request, "startTs", now_s - length_s)
        end_s = read_number(request, "endTs", now_s)
        step_s = read_number(request, "fidelity", 0) * 60
        index = state.tokens.index(request.query_params["market"])
        points = self._exchange.history.between(state.id, start_s, end_s, step_s)
        return answer({"history": [{"t": at, "p": _point(mid, index)} for at, mid in points]})

    def _asked(self, request: Request) -> tuple[MarketState, int]:
        token_id = request.query_params.get("token_id", "")
        if not token_id.isdigit():
            raise RefusalError(BAD_TOKEN)
        found = self._open_book(token_id)
        if found is None:
            raise RefusalError(NO_BOOK, 404)
        return found

    def _open_book(self, token_id: str) -> tuple[MarketState, int] | None:
        state = self._exchange.markets.by_token(token_id)
        if state is None or state.closed:
            return None
        return state, state.tokens.index(token_id)

    def _found(self, params: list[_TokenParam]) -> list[tuple[MarketState, int, str]]:
        books = ((self._open_book(param.token_id), param.side) for param in params)
        return [(*book, side) for book, side in books if book is not None]

    async def _quotes(self, request: Request, quote: _Quote) -> dict[str, str]:
        found = self._found(await read_body(request, list[_TokenParam]))
        return {state.tokens[index]: quote(state, index) for state, index, _ in found}


def _best(state: MarketState, index: int, side: str) -> str:
    if side not in set(Side):
        raise RefusalError(BAD_SIDE)
    bid, ask = state.best(index)
    return price_text(bid if side == Side.BUY else ask) or "0"


def _mid(state: MarketState, index: int) -> str:
    return half_price_text(double_mid(state, index))


def _spread(state: MarketState, index: int) -> str:
    return price_text(spread(state, index))


def _last_trade(state: MarketState) -> dict[str, str]:
    if state.last_price is None or state.last_side is None:
        return {"price": NEVER_TRADED, "side": ""}
    return {"price": price_text(state.last_price), "side": state.last_side}


def _point(double: int, index: int) -> Decimal:
    return Decimal(2 * PRICE_ONE - double if index else double) / (2 * PRICE_ONE)
