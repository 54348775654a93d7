"""What an account may read of itself, and its heartbeat (`protocol.md` 1.2, 1.7, 5.4)."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from polyterm.models.ids import TokenId
from polyterm.simulator.accounts import Account, Purse
from polyterm.simulator.contracts import spenders
from polyterm.simulator.local_exchange import LocalExchange
from polyterm.simulator.refusals import (
    BAD_ASSET_TYPE,
    BAD_SIGNATURE_TYPE,
    BAD_TOKEN,
    RefusalError,
)
from polyterm.simulator.signed_order import SignatureType
from polyterm.simulator.web.answers import answer, read_body
from polyterm.simulator.web.doorman import Doorman

FULL_ALLOWANCE = str((1 << 256) - 1)
"""Accounts have approved every contract without limit."""
_SIGNATURE_TYPES = frozenset(str(int(kind)) for kind in SignatureType)


class _Heartbeat(msgspec.Struct):
    heartbeat_id: str | None = None


class AccountRoutes:
    """Balances, notifications, scoring and heartbeats."""

    def __init__(self, exchange: LocalExchange, doorman: Doorman) -> None:
        self._exchange = exchange
        self._doorman = doorman

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/balance-allowance", self.balance),
            Route("/balance-allowance/update", self.balance),
            Route("/v1/heartbeats", self.heartbeat, methods=["POST"]),
            Route("/heartbeats", self.plain_heartbeat, methods=["POST"]),
            Route("/notifications", self.notifications),
            Route("/notifications", self.drop_notifications, methods=["DELETE"]),
            Route("/order-scoring", self.scoring),
            Route("/orders-scoring", self.many_scoring, methods=["POST"]),
        ]

    async def balance(self, request: Request) -> Response:
        """Balance of dollars or of a token, on chain, in millionths."""
        key = await self._doorman.key(request)
        query = request.query_params
        if query.get("signature_type", "0") not in _SIGNATURE_TYPES:
            raise RefusalError(BAD_SIGNATURE_TYPE)
        account = self._exchange.accounts.open(key.address)
        purse = self._purse(account, query.get("asset_type", ""), query.get("token_id", ""))
        allowances = dict.fromkeys(spenders(key.chain_id), FULL_ALLOWANCE)
        return answer({"balance": str(purse.settled), "allowances": allowances})

    async def heartbeat(self, request: Request) -> Response:
        """Keep the key's orders alive, and get the next id."""
        key = await self._doorman.key(request)
        body = await read_body(request, _Heartbeat)
        following = self._exchange.heartbeats.beat(key, body.heartbeat_id or "")
        return answer({"heartbeat_id": following})

    async def plain_heartbeat(self, request: Request) -> Response:
        """The older heartbeat, without ids."""
        self._exchange.heartbeats.beat_plain(await self._doorman.key(request))
        return answer({"status": "ok"})

    async def notifications(self, request: Request) -> Response:
        """What was noted down for the key."""
        key = await self._doorman.key(request)
        return answer(self._exchange.notifications.of(key.key))

    async def drop_notifications(self, request: Request) -> Response:
        """Forget some of it."""
        key = await self._doorman.key(request)
        ids = request.query_params.get("ids", "").split(",")
        self._exchange.notifications.drop(key.key, ids)
        return answer("OK")

    async def scoring(self, request: Request) -> Response:
        """Whether an order earns rewards: no market here pays any."""
        await self._doorman.key(request)
        return answer({"scoring": False})

    async def many_scoring(self, request: Request) -> Response:
        """The same of several orders."""
        await self._doorman.key(request)
        return answer(dict.fromkeys(await read_body(request, list[str]), False))

    def _purse(self, account: Account, asset_type: str, token_id: str) -> Purse:
        if asset_type == "COLLATERAL":
            return account.cash
        if asset_type not in {"CONDITIONAL", "CONDITIONAL-V2"}:
            raise RefusalError(BAD_ASSET_TYPE)
        state = self._exchange.markets.by_token(token_id)
        if state is None:
            raise RefusalError(BAD_TOKEN)
        # Holdings of the two protocol versions are counted apart, and never seen as each other.
        is_same_kind = (asset_type == "CONDITIONAL-V2") == (state.market.protocol == "v2")
        return account.shares(TokenId(token_id)) if is_same_kind else Purse()
