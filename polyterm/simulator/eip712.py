"""EIP-712 hashing of orders and wallet attestations, and recovery of who signed.

Written from `protocol.md` 1.1, 3.1 and 3.2.
"""

from __future__ import annotations

from functools import cache

from eth_keys.datatypes import Signature
from eth_keys.exceptions import BadSignature
from eth_utils.crypto import keccak
from eth_utils.exceptions import ValidationError

from polyterm.models.enums import Side
from polyterm.simulator.contracts import ExchangeContract
from polyterm.simulator.signed_order import SignatureType, SignedOrder

_ORDER_TYPE = (
    "Order(uint256 salt,address maker,address signer,uint256 tokenId,uint256 makerAmount,"
    "uint256 takerAmount,uint8 side,uint8 signatureType,uint256 timestamp,bytes32 metadata,"
    "bytes32 builder)"
)
_DOMAIN_TYPE = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
_AUTH_DOMAIN_TYPE = "EIP712Domain(string name,string version,uint256 chainId)"
_AUTH_TYPE = "ClobAuth(address address,string timestamp,uint256 nonce,string message)"
_AUTH_MESSAGE = "This message attests that I control the given wallet"
_WALLET_TYPE = (
    "TypedDataSign(Order contents,string name,string version,uint256 chainId,"
    f"address verifyingContract,bytes32 salt){_ORDER_TYPE}"
)
_ORDER_TYPE_HASH = keccak(text=_ORDER_TYPE)
_ECDSA_LENGTH = 65
_SIDES = {Side.BUY: 0, Side.SELL: 1}


def order_digest(order: SignedOrder, contract: ExchangeContract) -> str:
    """The order's id: 0x and the digest under the contract's domain."""
    return "0x" + _digest(_domain(contract), _order_struct(order)).hex()


def order_signer(order: SignedOrder, contract: ExchangeContract) -> str | None:
    """The lower-case address whose key signed the order; nothing where none can be told."""
    if order.signature_type is SignatureType.POLY_1271:
        return _deposit_wallet_signer(order, contract)
    digest = _digest(_domain(contract), _order_struct(order))
    return _recover(digest, bytes.fromhex(order.signature[2:]))


def attestation_signer(
    address: str, timestamp: str, nonce: int, chain_id: int, signature: str
) -> str | None:
    """The lower-case address that signed the ClobAuth attestation of `protocol.md` 1.1."""
    struct = _hash(
        _text(_AUTH_TYPE), _address(address), _text(timestamp), _word(nonce), _text(_AUTH_MESSAGE)
    )
    domain = _hash(_text(_AUTH_DOMAIN_TYPE), _text("ClobAuthDomain"), _text("1"), _word(chain_id))
    return _recover(_digest(domain, struct), bytes.fromhex(signature.removeprefix("0x")))


def _deposit_wallet_signer(order: SignedOrder, contract: ExchangeContract) -> str | None:
    contents, domain = _order_struct(order), _domain(contract)
    type_text = _ORDER_TYPE.encode()
    tail = domain + contents + type_text + len(type_text).to_bytes(2, "big")
    signature = bytes.fromhex(order.signature[2:])
    if signature[_ECDSA_LENGTH:] != tail:
        return None
    struct = _hash(
        _text(_WALLET_TYPE),
        contents,
        _text("DepositWallet"),
        _text("1"),
        _word(contract.chain_id),
        _address(order.signer),
        _word(0),
    )
    return _recover(_digest(domain, struct), signature[:_ECDSA_LENGTH])


@cache
def _domain(contract: ExchangeContract) -> bytes:
    return _hash(
        _text(_DOMAIN_TYPE),
        _text("Polymarket CTF Exchange"),
        _text(contract.version),
        _word(contract.chain_id),
        _address(contract.address),
    )


def _order_struct(order: SignedOrder) -> bytes:
    return _hash(
        _ORDER_TYPE_HASH,
        _word(order.salt),
        _address(order.maker),
        _address(order.signer),
        _word(order.token_id),
        _word(order.maker_amount),
        _word(order.taker_amount),
        _word(_SIDES[order.side]),
        _word(order.signature_type),
        _word(order.timestamp),
        bytes.fromhex(order.metadata[2:]),
        bytes.fromhex(order.builder[2:]),
    )


def _digest(domain: bytes, struct: bytes) -> bytes:
    return keccak(b"\x19\x01" + domain + struct)


def _hash(*words: bytes) -> bytes:
    return keccak(b"".join(words))


def _text(text: str) -> bytes:
    return keccak(text=text)


def _word(number: int) -> bytes:
    return number.to_bytes(32, "big")


def _address(text: str) -> bytes:
    return bytes.fromhex(text[2:]).rjust(32, b"\0")


def _recover(digest: bytes, signature: bytes) -> str | None:
    if len(signature) != _ECDSA_LENGTH:
        return None
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
    v = signature[64] - 27 if signature[64] >= 27 else signature[64]
    try:
        public = Signature(vrs=(v, r, s)).recover_public_key_from_msg_hash(digest)
    except (BadSignature, ValidationError, ValueError):
        return None
    return public.to_address()
