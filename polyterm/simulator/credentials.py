"""API keys: who may speak for which wallet."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

from polyterm.simulator.refusals import KEY_EXISTS, NO_KEY_TO_DERIVE, RefusalError


@dataclass(frozen=True, slots=True)
class ApiKey:
    """Credentials of one wallet."""

    key: str
    secret: str = field(repr=False)
    """URL-safe base64."""
    passphrase: str = field(repr=False)
    address: str
    """Lower case."""
    chain_id: int
    nonce: int
    read_only: bool = False


class KeyRing:
    """Keys that exist; the same wallet and nonce always derive the same ones."""

    def __init__(self, random: Random) -> None:
        self._seed = random.randbytes(32)
        self._keys: dict[str, ApiKey] = {}

    def create(self, address: str, chain_id: int, nonce: int) -> ApiKey:
        """Make the key of that nonce; refused where it exists (`protocol.md` 1.2)."""
        key = self._derived(address, chain_id, nonce, "trading")
        if key.key in self._keys:
            raise RefusalError(KEY_EXISTS)
        self._keys[key.key] = key
        return key

    def derive(self, address: str, chain_id: int, nonce: int) -> ApiKey:
        """Tell the key of that nonce again; refused where none was made."""
        key = self._keys.get(self._derived(address, chain_id, nonce, "trading").key)
        if key is None:
            raise RefusalError(NO_KEY_TO_DERIVE)
        return key

    def create_read_only(self, owner: ApiKey) -> ApiKey:
        """Make one more key of the wallet that may only look."""
        count = len(self.of(owner.address, read_only=True))
        key = self._derived(owner.address, owner.chain_id, count, "read-only")
        self._keys[key.key] = key
        return key

    def find(self, key: str) -> ApiKey | None:
        """The key of that id."""
        return self._keys.get(key)

    def of(self, address: str, *, read_only: bool = False) -> tuple[ApiKey, ...]:
        """All keys of a wallet, of the one kind or the other."""
        keys = self._keys.values()
        return tuple(k for k in keys if k.address == address and k.read_only == read_only)

    def delete(self, key: ApiKey) -> None:
        """Forget a key."""
        del self._keys[key.key]

    def _derived(self, address: str, chain_id: int, nonce: int, kind: str) -> ApiKey:
        name = f"{address.lower()}/{chain_id}/{nonce}/{kind}"
        return ApiKey(
            key=str(UUID(bytes=self._bytes(name, "key")[:16], version=4)),
            secret=base64.urlsafe_b64encode(self._bytes(name, "secret")).decode(),
            passphrase=self._bytes(name, "passphrase").hex(),
            address=address.lower(),
            chain_id=chain_id,
            nonce=nonce,
            read_only=kind == "read-only",
        )

    def _bytes(self, name: str, part: str) -> bytes:
        return hmac.digest(self._seed, f"{name}/{part}".encode(), hashlib.sha256)
