"""Whether an order is really from the wallet that sends it, and what its id is."""

from __future__ import annotations

from polyterm.simulator.contracts import contract_of, contracts_of_other_version
from polyterm.simulator.credentials import ApiKey
from polyterm.simulator.markets import Markets, MarketState
from polyterm.simulator.order_desk import OrderDesk, Placement
from polyterm.simulator.refusals import (
    BAD_ORDER,
    MARKET_NOT_READY,
    NOT_OWNER,
    NOT_SIGNER,
    UNAUTHORIZED,
    VERSION_MISMATCH,
    RefusalError,
)
from polyterm.simulator.signed_order import SignatureType, SignedOrder
from polyterm.simulator.wire.order_payload import PlacedOrder


class OrderIntake:
    """Verifies owner, signer and signature before the desk sees an order."""

    def __init__(self, markets: Markets, desk: OrderDesk) -> None:
        self._markets = markets
        self._desk = desk

    def place(self, key: ApiKey, placed: PlacedOrder) -> Placement:
        """Verify an order and hand it to the desk; `RefusalError` where either says no."""
        if key.read_only:
            raise RefusalError(UNAUTHORIZED, 401)
        if placed.owner != key.key:
            raise RefusalError(NOT_OWNER)
        _check_signer(key, placed.signed)
        state = self._markets.by_token(str(placed.signed.token_id))
        if state is None:
            raise RefusalError(MARKET_NOT_READY)
        order_id = _verified_id(key, state, placed.signed)
        return self._desk.place(key, state, order_id, placed)


def _check_signer(key: ApiKey, signed: SignedOrder) -> None:
    maker, signer = signed.maker.lower(), signed.signer.lower()
    if signed.signature_type is SignatureType.POLY_1271:
        # The deposit wallet is maker and signer; the key's wallet shows in the signature alone.
        if maker != signer:
            raise RefusalError(BAD_ORDER)
        return
    if signer != key.address:
        raise RefusalError(NOT_SIGNER)
    if signed.signature_type is SignatureType.EOA and maker != signer:
        raise RefusalError(BAD_ORDER)


def _verified_id(key: ApiKey, state: MarketState, signed: SignedOrder) -> str:
    # The first use loads the curve arithmetic, which would double the time to start.
    from polyterm.simulator.eip712 import order_digest, order_signer

    contract = contract_of(state.market, key.chain_id)
    if order_signer(signed, contract) == key.address:
        return order_digest(signed, contract)
    for other in contracts_of_other_version(state.market, key.chain_id):
        if order_signer(signed, other) == key.address:
            raise RefusalError(VERSION_MISMATCH)
    raise RefusalError(BAD_ORDER)
