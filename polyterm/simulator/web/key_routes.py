"""API keys over REST (`protocol.md` 1.2, /auth)."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from polyterm.simulator.credentials import ApiKey
from polyterm.simulator.local_exchange import LocalExchange
from polyterm.simulator.refusals import UNAUTHORIZED, RefusalError
from polyterm.simulator.web.answers import answer, read_body
from polyterm.simulator.web.doorman import Doorman


class _KeyBody(msgspec.Struct):
    key: str


class KeyRoutes:
    """Any wallet opens an account by creating a key."""

    def __init__(self, exchange: LocalExchange, doorman: Doorman) -> None:
        self._exchange = exchange
        self._keys = exchange.keys
        self._doorman = doorman

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/auth/api-key", self.create, methods=["POST"]),
            Route("/auth/api-key", self.delete, methods=["DELETE"]),
            Route("/auth/derive-api-key", self.derive),
            Route("/auth/api-keys", self.list),
            Route("/auth/ban-status/closed-only", self.closed_only),
            Route("/auth/readonly-api-key", self.create_read_only, methods=["POST"]),
            Route("/auth/readonly-api-key", self.delete_read_only, methods=["DELETE"]),
            Route("/auth/readonly-api-keys", self.list_read_only),
        ]

    async def create(self, request: Request) -> Response:
        """Make the key of a wallet and nonce, and its account."""
        wallet = self._doorman.wallet(request)
        key = self._keys.create(wallet.address, wallet.chain_id, wallet.nonce)
        self._exchange.accounts.open(wallet.address)
        return answer(_credentials(key))

    async def derive(self, request: Request) -> Response:
        """Tell the key of a wallet and nonce again."""
        wallet = self._doorman.wallet(request)
        return answer(
            _credentials(self._keys.derive(wallet.address, wallet.chain_id, wallet.nonce))
        )

    async def list(self, request: Request) -> Response:
        """The ids of a wallet's keys."""
        key = await self._doorman.key(request)
        return answer({"apiKeys": [k.key for k in self._keys.of(key.address)]})

    async def delete(self, request: Request) -> Response:
        """Forget the key that signed."""
        self._keys.delete(await self._doorman.key(request))
        return answer("OK")

    async def closed_only(self, request: Request) -> Response:
        """Whether the account may only sell: never."""
        await self._doorman.key(request)
        return answer({"closed_only": False})

    async def create_read_only(self, request: Request) -> Response:
        """Make a key that may only look."""
        key = self._keys.create_read_only(await self._doorman.key(request))
        return answer(_credentials(key))

    async def list_read_only(self, request: Request) -> Response:
        """The ids of a wallet's keys that may only look."""
        key = await self._doorman.key(request)
        keys = self._keys.of(key.address, read_only=True)
        return answer({"readonlyApiKeys": [k.key for k in keys]})

    async def delete_read_only(self, request: Request) -> Response:
        """Forget one of those."""
        owner = await self._doorman.key(request)
        wanted = self._keys.find((await read_body(request, _KeyBody)).key)
        if wanted is None or not wanted.read_only or wanted.address != owner.address:
            raise RefusalError(UNAUTHORIZED, 401)
        self._keys.delete(wanted)
        return answer("OK")


def _credentials(key: ApiKey) -> dict[str, object]:
    return {"apiKey": key.key, "secret": key.secret, "passphrase": key.passphrase}
