"""Routes of the local exchange alone, under /_local: the real one has none of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from polyterm.simulator.faults.record import Firing
from polyterm.simulator.local_exchange import LocalExchange
from polyterm.simulator.web.answers import answer
from polyterm.simulator.web.request_log import LoggedRequest
from polyterm.simulator.wire.ledger import ledger

PREFIX = "/_local/"


class LocalRoutes:
    """For judges and tests."""

    def __init__(
        self,
        exchange: LocalExchange,
        requests: deque[LoggedRequest],
        faults: Collection[Firing],
    ) -> None:
        self._exchange = exchange
        self._requests = requests
        self._faults = faults

    def routes(self) -> list[Route]:
        """What is served."""
        return [Route(PREFIX + "ledger", self.ledger)]

    async def ledger(self, request: Request) -> Response:
        """Everything that is known, every request but those under /_local, and every fault."""
        requests = [logged for logged in self._requests if not logged.path.startswith(PREFIX)]
        told = {"requests": requests, "faults": list(self._faults)}
        return answer({**ledger(self._exchange), **told})
