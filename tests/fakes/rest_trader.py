"""A bare trader over REST: signs every request, hides nothing of the answer."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

import httpx

from polyterm.models.enums import Side
from polyterm.models.money import Price, Size
from polyterm.simulator.server import LocalExchangeServer
from tests.fakes.signing_wallet import ANN, SigningWallet


@dataclass(slots=True)
class RestTrader:
    """One API key, and a connection."""

    server: LocalExchangeServer
    http: httpx.AsyncClient
    wallet: SigningWallet
    key: str
    secret: str
    passphrase: str

    @classmethod
    async def open(
        cls, server: LocalExchangeServer, http: httpx.AsyncClient, wallet: SigningWallet = ANN
    ) -> RestTrader:
        """Create the wallet's key."""
        headers = wallet.attestation(server.exchange.now_ms() // 1000)
        made = (await http.post("/auth/api-key", headers=headers)).json()
        return cls(server, http, wallet, made["apiKey"], made["secret"], made["passphrase"])

    async def call(
        self, method: str, path: str, body: object = None, **query: str
    ) -> httpx.Response:
        """Send a signed request."""
        content = b"" if body is None else json.dumps(body).encode()
        now_s = str(self.server.exchange.now_ms() // 1000)
        message = now_s.encode() + method.encode() + path.encode() + content
        secret = base64.urlsafe_b64decode(self.secret)
        digest = hmac.new(secret, message, hashlib.sha256).digest()
        headers = {
            "POLY_ADDRESS": self.wallet.address,
            "POLY_API_KEY": self.key,
            "POLY_PASSPHRASE": self.passphrase,
            "POLY_TIMESTAMP": now_s,
            "POLY_SIGNATURE": base64.urlsafe_b64encode(digest).decode(),
        }
        return await self.http.request(method, path, content=content, headers=headers, params=query)

    def order(
        self, token_id: str, side: Side, price: Price, size: Size, **how: Any
    ) -> tuple[str, dict]:
        """A signed order of this key: its id, and the body to send."""
        return self.wallet.order(token_id, side, price, size, owner=self.key, **how)

    async def place(
        self, token_id: str, side: Side, price: Price, size: Size, **how: Any
    ) -> httpx.Response:
        """Sign an order and send it."""
        return await self.call("POST", "/order", self.order(token_id, side, price, size, **how)[1])

    def subscription(self, **more: object) -> str:
        """The first frame of the user channel."""
        auth = {"apiKey": self.key, "secret": self.secret, "passphrase": self.passphrase}
        return json.dumps({"type": "user", "auth": auth, **more})
