"""Who is asking: wallet signatures (L1) and API-key signatures (L2), `protocol.md` 1.1."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from polyterm.simulator.clock import Clock
from polyterm.simulator.contracts import CHAINS
from polyterm.simulator.credentials import ApiKey, KeyRing
from polyterm.simulator.refusals import BAD_L1_HEADERS, UNAUTHORIZED, RefusalError
from polyterm.simulator.rules import ExchangeRules


@dataclass(frozen=True, slots=True)
class Wallet:
    """A wallet that proved itself by its signature."""

    address: str
    chain_id: int
    nonce: int


class Authenticator:
    """Checks the headers of a request; raises `RefusalError` 401 where they prove nothing."""

    def __init__(self, clock: Clock, rules: ExchangeRules, keys: KeyRing) -> None:
        self._clock = clock
        self._rules = rules
        self._keys = keys

    def wallet(self, headers: Mapping[str, str]) -> Wallet:
        """L1: the wallet whose key signed the attestation."""
        # The first use loads the curve arithmetic, which would double the time to start.
        from polyterm.simulator.eip712 import attestation_signer

        try:
            address = headers["poly_address"].lower()
            signature = headers["poly_signature"]
            timestamp = headers["poly_timestamp"]
            nonce = int(headers.get("poly_nonce", "0"))
            self._check_time(timestamp)
            for chain_id in CHAINS:
                if attestation_signer(address, timestamp, nonce, chain_id, signature) == address:
                    return Wallet(address, chain_id, nonce)
        except (KeyError, ValueError, OverflowError) as error:
            raise RefusalError(BAD_L1_HEADERS, 401) from error
        raise RefusalError(BAD_L1_HEADERS, 401)

    def key(self, headers: Mapping[str, str], method: str, path: str, body: bytes) -> ApiKey:
        """L2: the API key that signed this very request; `path` is without the query."""
        try:
            key = self._claimed(headers)
            timestamp = headers["poly_timestamp"]
            self._check_time(timestamp)
            message = timestamp.encode() + method.encode() + path.encode() + body
            if _same(headers["poly_signature"], sign(key.secret, message)):
                return key
        except (KeyError, ValueError) as error:
            raise RefusalError(UNAUTHORIZED, 401) from error
        raise RefusalError(UNAUTHORIZED, 401)

    def socket_key(self, key: str, secret: str, passphrase: str) -> ApiKey:
        """The API key of a user channel's first frame, which holds the secret itself."""
        found = self._keys.find(key)
        if found and _same(secret, found.secret) and _same(passphrase, found.passphrase):
            return found
        raise RefusalError(UNAUTHORIZED, 401)

    def _claimed(self, headers: Mapping[str, str]) -> ApiKey:
        key = self._keys.find(headers["poly_api_key"])
        if key is None or not _same(headers["poly_passphrase"], key.passphrase):
            raise RefusalError(UNAUTHORIZED, 401)
        if headers["poly_address"].lower() != key.address:
            raise RefusalError(UNAUTHORIZED, 401)
        return key

    def _check_time(self, timestamp: str) -> None:
        if abs(self._clock.now_ms() // 1000 - int(timestamp)) > self._rules.clock_tolerance_s:
            raise ValueError("timestamp too far off")


def sign(secret: str, message: bytes) -> str:
    """URL-safe base64 of the HMAC-SHA256 under a URL-safe base64 secret."""
    digest = hmac.digest(base64.urlsafe_b64decode(secret), message, hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode()


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
