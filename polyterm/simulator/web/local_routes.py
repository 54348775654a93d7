"""Routes of the local exchange alone, under /_local: the real one has none of them."""

from __future__ import annotations

from collections import deque

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from polyterm.simulator.local_exchange import LocalExchange
from polyterm.simulator.web.answers import answer
from polyterm.simulator.web.request_log import LoggedRequest
from polyterm.simulator.wire.ledger import ledger

PREFIX = "/_local/"


class LocalRoutes:
    """For judges and tests."""

    def __init__(self, exchange: LocalExchange, requests: deque[LoggedRequest]) -> None:
        self._exchange = exchange
        self._requests = requests

    def routes(self) -> list[Route]:
        """What is served."""
        return [Route(PREFIX + "ledger", self.ledger)]

    async def ledger(self, request: Request) -> Response:
        """Everything that is known, and every request but those for the ledger."""
        requests = [logged for logged in self._requests if not logged.path.startswith(PREFIX)]
        return answer({**ledger(self._exchange), "requests": requests})
