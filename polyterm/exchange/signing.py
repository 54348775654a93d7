"""The wallet: the only place that holds the private key, and everything it signs.

The signing libraries take most of a second to import, so that waits until `load_signing`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from types import SimpleNamespace
from typing import Any, Never

from polyterm.engine.ports import ExchangeError
from polyterm.exchange.addresses import address_of, checksum_address
from polyterm.models.enums import Side

_CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


class SignatureType(IntEnum):
    """Who holds the money that a key signs for (`protocol.md` 3.2)."""

    EOA = 0
    PROXY = 1
    SAFE = 2
    DEPOSIT_WALLET = 3


@dataclass(frozen=True, slots=True)
class OrderTerms:
    """What is signed, beyond what the wallet itself says."""

    token_id: str
    maker_amount: int
    taker_amount: int
    side: Side
    salt: int
    timestamp_ms: int


@dataclass(frozen=True, slots=True)
class OrderSignature:
    """The id an order will have, and the proof that its wallet wants it."""

    order_id: str
    signature: str = field(repr=False)


class Wallet:
    """A key and the account it trades for; shows nothing of the key, whatever it is asked."""

    __slots__ = ("_key", "address", "signature_type", "signer_address")

    def __init__(
        self, key: bytes | None, signer_address: str, funder: str | None, signature_type: int
    ) -> None:
        self._key = key
        self.signature_type = SignatureType(signature_type)
        self.signer_address = checksum_address(signer_address)
        """The key's own address: API credentials belong to it."""
        self.address = checksum_address(funder or signer_address)
        """The account that orders are made for."""
        if self.signature_type is not SignatureType.EOA and not funder:
            raise ValueError("a wallet of this signature type needs the address of its funder")

    @classmethod
    def from_key(
        cls, hex_key: str, *, funder: str | None = None, signature_type: int = 0
    ) -> Wallet:
        """The wallet of a key of 64 hexadecimal digits; `ValueError`, which does not quote it."""
        digits = hex_key.strip().removeprefix("0x")
        try:
            key = bytes.fromhex(digits)
        except ValueError:
            key = b""
        if len(key) != 32:
            raise ValueError("a private key is 64 hexadecimal digits")
        return cls(key, address_of(key), funder, signature_type)

    @classmethod
    def generate(cls, entropy: bytes) -> Wallet:
        """A new wallet of at least 32 bytes of good randomness."""
        if len(entropy) < 32:
            raise ValueError("a wallet needs 32 random bytes")
        number = int.from_bytes(entropy, "big") % (_CURVE_ORDER - 1) + 1
        return cls.from_key(f"{number:064x}")

    @classmethod
    def locked(
        cls, signer_address: str, *, funder: str | None = None, signature_type: int = 0
    ) -> Wallet:
        """A wallet without its key: with API credentials it can read and cancel, never place."""
        return cls(None, signer_address, funder, signature_type)

    @property
    def is_locked(self) -> bool:
        """Whether it can sign nothing."""
        return self._key is None

    @property
    def order_signer(self) -> str:
        """The address an order names as its signer: a deposit wallet signs for itself."""
        is_deposit = self.signature_type is SignatureType.DEPOSIT_WALLET
        return self.address if is_deposit else self.signer_address

    def login_headers(self, chain_id: int, timestamp_s: int, nonce: int = 0) -> dict[str, str]:
        """Headers that prove the wallet itself (`protocol.md` 1.1, level 1)."""
        return _library().create_level_1_headers(self._signer(chain_id), nonce, timestamp_s)

    def sign_order(
        self, terms: OrderTerms, *, chain_id: int, protocol: str, neg_risk: bool
    ) -> OrderSignature:
        """Sign for the contract that settles such a market (`protocol.md` 3.1)."""
        contract, version = _settlement(chain_id, protocol, neg_risk)
        library = _library()
        builder = library.ExchangeOrderBuilderV2(
            contract, chain_id, self._signer(chain_id), domain_version=version
        )
        typed = builder.build_order_typed_data(
            library.OrderV2(
                salt=str(terms.salt),
                maker=self.address,
                signer=self.order_signer,
                tokenId=terms.token_id,
                makerAmount=str(terms.maker_amount),
                takerAmount=str(terms.taker_amount),
                side=0 if terms.side is Side.BUY else 1,
                signatureType=int(self.signature_type),
                timestamp=str(terms.timestamp_ms),
                metadata=library.BYTES32_ZERO,
                builder=library.BYTES32_ZERO,
            )
        )
        return OrderSignature(builder.build_order_hash(typed), builder.build_order_signature(typed))

    def _signer(self, chain_id: int) -> Any:
        if self._key is None:
            raise ExchangeError("the wallet is locked: its key is needed for this")
        return _library().Signer("0x" + self._key.hex(), chain_id)

    def __repr__(self) -> str:
        return f"Wallet({self.address}, key {'absent' if self.is_locked else 'masked'})"

    def __reduce__(self) -> Never:
        raise TypeError("a wallet is not to be pickled or copied")


async def load_signing() -> None:
    """Import what signing needs, off the event loop's thread."""
    if not _library.cache_info().currsize:
        await asyncio.to_thread(_library)


@cache
def _library() -> SimpleNamespace:
    from py_clob_client_v2.config import get_contract_config
    from py_clob_client_v2.constants import BYTES32_ZERO
    from py_clob_client_v2.headers.headers import create_level_1_headers
    from py_clob_client_v2.order_utils.exchange_order_builder_v2 import ExchangeOrderBuilderV2
    from py_clob_client_v2.order_utils.model.order_data_v2 import OrderV2
    from py_clob_client_v2.signer import Signer

    return SimpleNamespace(
        BYTES32_ZERO=BYTES32_ZERO,
        ExchangeOrderBuilderV2=ExchangeOrderBuilderV2,
        OrderV2=OrderV2,
        Signer=Signer,
        create_level_1_headers=create_level_1_headers,
        get_contract_config=get_contract_config,
    )


def _settlement(chain_id: int, protocol: str, neg_risk: bool) -> tuple[str, str]:
    contracts = _library().get_contract_config(chain_id)
    match protocol, neg_risk:
        case "v1", False:
            return contracts.exchange_v2, "2"
        case "v1", True:
            return contracts.neg_risk_exchange_v2, "2"
        case "v2", _:
            return contracts.exchange_v3, "3"
        case _:
            raise ExchangeError(f"a market of protocol {protocol!r} cannot be signed for")
