"""Ethereum addresses: of a key, and as they are properly written."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")


def address_of(key: bytes) -> str:
    """The address of a private key of 32 bytes; `ValueError` where it is not a key."""
    from coincurve import PrivateKey
    from eth_hash.auto import keccak

    try:
        public = PrivateKey(key).public_key.format(compressed=False)
    except ValueError:
        raise ValueError("not a private key") from None
    return checksum_address("0x" + keccak(public[1:])[-20:].hex())


def checksum_address(address: str) -> str:
    """The address in mixed case (EIP-55), as signatures need it; `ValueError` where it is none."""
    from eth_hash.auto import keccak

    if not _ADDRESS.fullmatch(address):
        raise ValueError(f"not an address: {address[:50]!r}")
    digits = address[2:].lower()
    mask = keccak(digits.encode()).hex()
    pairs = zip(digits, mask, strict=False)
    return "0x" + "".join(digit.upper() if nibble >= "8" else digit for digit, nibble in pairs)
