"""Public positions and trades, as the data API shows them (`protocol.md` 1.3, Data API)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from polyterm.simulator.accounts import Account
from polyterm.simulator.local_exchange import LocalExchange
from polyterm.simulator.web.answers import answer, read_number
from polyterm.simulator.wire.positions import DUST, bought, position
from polyterm.simulator.wire.trades import public_trade

DEFAULT_TRADES = 100


class DataRoutes:
    """What anybody may know of an account."""

    def __init__(self, exchange: LocalExchange) -> None:
        self._exchange = exchange

    def routes(self) -> list[Route]:
        """What is served."""
        return [Route("/positions", self.positions), Route("/trades", self.trades)]

    async def positions(self, request: Request) -> Response:
        """Settled holdings of a wallet, dust left out."""
        account = self._exchange.accounts.find(request.query_params.get("user", ""))
        return answer(self._held(account) if account else [])

    async def trades(self, request: Request) -> Response:
        """A wallet's trades, or a market's, newest first."""
        query = request.query_params
        user, market = query.get("user", "").lower(), query.get("market", "")
        shown = [
            public_trade(trade, self._exchange.markets[trade.condition_id], leg)
            for trade in reversed(self._exchange.execution.trades.values())
            if market in {"", trade.condition_id}
            for leg in trade.legs
            if (leg.account.address == user if user else leg is trade.taker)
        ]
        return answer(shown[: read_number(request, "limit", DEFAULT_TRADES)])

    def _held(self, account: Account) -> list[dict[str, object]]:
        trades = list(self._exchange.execution.trades.values())
        return [
            position(state, index, account, purse.settled, bought(trades, account, token_id))
            for state in self._exchange.markets
            for index, token_id in enumerate(state.tokens)
            if (purse := account.tokens.get(token_id)) is not None and purse.settled >= DUST
        ]
