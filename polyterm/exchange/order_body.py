"""A ticket made into the exact bytes that are sent (`protocol.md` 1.4)."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import msgspec

from polyterm.engine.ports import ChildTicket, ExchangeError, SignedOrder
from polyterm.exchange.amounts import amounts
from polyterm.exchange.signing import OrderTerms, Wallet
from polyterm.exchange.tokens import protocol_of
from polyterm.models.enums import OrderType
from polyterm.models.ids import ChildId

SALT_BITS = 53
"""Salts travel as JSON numbers, which are exact below 2^53 (`protocol.md` 3.1)."""
_ZERO = "0x" + "0" * 64


def signed_order(
    ticket: ChildTicket,
    wallet: Wallet,
    *,
    chain_id: int,
    api_key: str,
    timestamp_ms: int,
    random: Random,
) -> SignedOrder:
    """Sign a ticket; its size becomes what was signed, which may be less for FAK and FOK.

    `ExchangeError` where it cannot be written, or the token is not of the market's protocol.
    """
    market = ticket.market
    if protocol_of(ticket.token_id) != market.protocol:
        raise ExchangeError(
            f"token {ticket.token_id} is not of protocol {market.protocol}, as {market.slug} says"
        )
    chosen = amounts(ticket)
    terms = OrderTerms(
        token_id=ticket.token_id,
        maker_amount=chosen.maker,
        taker_amount=chosen.taker,
        side=ticket.side,
        salt=random.getrandbits(SALT_BITS),
        timestamp_ms=timestamp_ms,
    )
    signed = wallet.sign_order(
        terms, chain_id=chain_id, protocol=market.protocol, neg_risk=market.neg_risk
    )
    order: dict[str, object] = {
        "salt": terms.salt,
        "maker": wallet.address,
        "signer": wallet.order_signer,
        "tokenId": terms.token_id,
        "makerAmount": str(terms.maker_amount),
        "takerAmount": str(terms.taker_amount),
        "side": terms.side.value,
        "expiration": str(ticket.expires_s if ticket.order_type is OrderType.GTD else 0),
        "signatureType": int(wallet.signature_type),
        "timestamp": str(terms.timestamp_ms),
        "metadata": _ZERO,
        "builder": _ZERO,
        "signature": signed.signature,
    }
    payload: dict[str, object] = {
        "order": order,
        "owner": api_key,
        "orderType": ticket.order_type.value,
        "deferExec": False,
        "postOnly": ticket.post_only,
    }
    return SignedOrder(
        child_id=ChildId(signed.order_id),
        ticket=replace(ticket, size=chosen.size),
        body=msgspec.json.encode(payload),
    )
