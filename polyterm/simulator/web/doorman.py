"""Identifies who sends a request, and what it may spend."""

from __future__ import annotations

from starlette.requests import Request

from polyterm.simulator.auth import Wallet
from polyterm.simulator.credentials import ApiKey
from polyterm.simulator.local_exchange import LocalExchange


class Doorman:
    """The core's checks, fed from HTTP requests."""

    def __init__(self, exchange: LocalExchange) -> None:
        self._auth = exchange.auth

    def wallet(self, request: Request) -> Wallet:
        """The wallet of an L1 request."""
        return self._auth.wallet(request.headers)

    async def key(self, request: Request) -> ApiKey:
        """The API key of an L2 request."""
        # The signature covers the path as it was sent: before decoding, without the query.
        path = request.scope["raw_path"].decode("ascii").partition("?")[0]
        body = await request.body()
        return self._auth.key(request.headers, request.method, path, body)
