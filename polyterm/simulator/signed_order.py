"""An order as it was signed: integers and addresses, nothing derived."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from polyterm.models.enums import Side

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_BYTES32 = re.compile(r"0x[0-9a-fA-F]{64}")
_HEX = re.compile(r"0x([0-9a-fA-F]{2})+")
_UINT256 = 1 << 256


class SignatureType(IntEnum):
    """Who signs for whom (`protocol.md` 3.2)."""

    EOA = 0
    POLY_PROXY = 1
    POLY_GNOSIS_SAFE = 2
    POLY_1271 = 3


@dataclass(frozen=True, slots=True)
class SignedOrder:
    """The signed struct of `protocol.md` 3.1, and its signature; `ValueError` on nonsense."""

    salt: int
    maker: str
    signer: str
    token_id: int
    maker_amount: int
    taker_amount: int
    side: Side
    signature_type: SignatureType
    timestamp: int
    metadata: str
    builder: str
    signature: str

    def __post_init__(self) -> None:
        for address in (self.maker, self.signer):
            _require(_ADDRESS.fullmatch(address), address)
        for word in (self.metadata, self.builder):
            _require(_BYTES32.fullmatch(word), word)
        _require(_HEX.fullmatch(self.signature), "signature")
        for number in (self.salt, self.token_id, self.timestamp):
            _require(0 <= number < _UINT256, number)
        for amount in (self.maker_amount, self.taker_amount):
            _require(0 < amount < _UINT256, amount)


def _require(condition: object, what: object) -> None:
    if not condition:
        raise ValueError(f"not a signed order: {what}")
