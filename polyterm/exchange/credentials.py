"""API credentials, and the headers that prove them (`protocol.md` 1.1, level 2)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ApiCredentials:
    """What trades and cancels in a wallet's name, without its key."""

    key: str = field(repr=False)
    secret: str = field(repr=False)
    """Base64 in the URL alphabet."""
    passphrase: str = field(repr=False)

    def __str__(self) -> str:
        return "ApiCredentials(masked)"

    def headers(
        self, address: str, timestamp_s: int, method: str, path: str, body: bytes = b""
    ) -> dict[str, str]:
        """Headers for one request; `path` without the query, `body` the exact bytes sent."""
        return {
            "POLY_ADDRESS": address,
            "POLY_API_KEY": self.key,
            "POLY_PASSPHRASE": self.passphrase,
            "POLY_TIMESTAMP": str(timestamp_s),
            "POLY_SIGNATURE": self._signature(f"{timestamp_s}{method}{path}".encode() + body),
        }

    def _signature(self, message: bytes) -> str:
        digest = hmac.digest(_decoded(self.secret), message, hashlib.sha256)
        return base64.urlsafe_b64encode(digest).decode()


def _decoded(secret: str) -> bytes:
    padded = secret + "=" * (-len(secret) % 4)
    try:
        return base64.urlsafe_b64decode(padded)
    except (binascii.Error, ValueError):
        # The error would quote what it could not read.
        raise ValueError("the API secret is not base64") from None
