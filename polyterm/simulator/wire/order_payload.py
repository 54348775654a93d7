"""Reading what comes with POST /order (`protocol.md` 1.4)."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from polyterm.models.enums import OrderType, Side
from polyterm.simulator.refusals import BAD_ORDER, VERSION_MISMATCH, RefusalError
from polyterm.simulator.signed_order import SignatureType, SignedOrder


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """A signed order, and what came beside it unsigned."""

    signed: SignedOrder
    owner: str
    """API key."""
    order_type: OrderType
    post_only: bool
    expires_s: int
    """Stated expiry; 0 where there is none."""


class _WireOrder(msgspec.Struct, rename="camel"):
    salt: int
    maker: str
    signer: str
    token_id: str
    maker_amount: str
    taker_amount: str
    side: Side
    signature_type: int
    timestamp: str
    metadata: str
    builder: str
    signature: str
    expiration: str = "0"


class _Payload(msgspec.Struct, rename="camel"):
    order: _WireOrder
    owner: str
    order_type: OrderType
    defer_exec: bool = False
    post_only: bool = False


class _RetiredOrder(msgspec.Struct, rename="camel"):
    fee_rate_bps: str
    nonce: str


class _RetiredPayload(msgspec.Struct):
    order: _RetiredOrder


def decode_order(raw: bytes | msgspec.Raw) -> PlacedOrder:
    """Read one order; refused where it is none, or one of the retired first version."""
    try:
        payload = msgspec.json.decode(raw, type=_Payload)
        return _placed(payload)
    except (msgspec.DecodeError, ValueError) as error:
        raise RefusalError(VERSION_MISMATCH if _is_retired(raw) else BAD_ORDER) from error


def decode_batch(raw: bytes) -> list[msgspec.Raw]:
    """Split a batch into its orders, each to be read on its own."""
    try:
        batch = msgspec.json.decode(raw, type=list[msgspec.Raw])
    except msgspec.DecodeError as error:
        raise RefusalError(BAD_ORDER) from error
    if not batch:
        raise RefusalError(BAD_ORDER)
    return batch


def _placed(payload: _Payload) -> PlacedOrder:
    order = payload.order
    signed = SignedOrder(
        salt=order.salt,
        maker=order.maker,
        signer=order.signer,
        token_id=int(order.token_id),
        maker_amount=int(order.maker_amount),
        taker_amount=int(order.taker_amount),
        side=order.side,
        signature_type=SignatureType(order.signature_type),
        timestamp=int(order.timestamp),
        metadata=order.metadata,
        builder=order.builder,
        signature=order.signature,
    )
    return PlacedOrder(
        signed, payload.owner, payload.order_type, payload.post_only, int(order.expiration)
    )


def _is_retired(raw: bytes | msgspec.Raw) -> bool:
    try:
        msgspec.json.decode(raw, type=_RetiredPayload)
    except msgspec.DecodeError:
        return False
    return True
