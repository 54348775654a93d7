"""Which contract an order is signed for (`protocol.md` 3.1)."""

from __future__ import annotations

from dataclasses import dataclass

from polyterm.models.market import Market

POLYGON = 137
AMOY = 80002
CHAINS = (POLYGON, AMOY)
"""Chain ids that a wallet may sign for."""

_CTF_V2 = "0xE111180000d2663C0091e4f400237545B87B996B"
_NEG_RISK_V2 = "0xe2222d279d744050d28e00520010520000310F59"
_V3 = {
    POLYGON: "0xe3333700cA9d93003F00f0F71f8515005F6c00Aa",
    AMOY: "0x9fE6e61422AdB6F610d8597F9684b16912D50C3D",
}


@dataclass(frozen=True, slots=True)
class ExchangeContract:
    """The EIP-712 domain of an order: version, chain and verifying contract."""

    version: str
    chain_id: int
    address: str


def contract_of(market: Market, chain_id: int) -> ExchangeContract:
    """The contract that orders of this market must be signed for."""
    if market.protocol == "v2":
        return ExchangeContract("3", chain_id, _V3[chain_id])
    return ExchangeContract("2", chain_id, _NEG_RISK_V2 if market.neg_risk else _CTF_V2)


def contracts_of_other_version(market: Market, chain_id: int) -> tuple[ExchangeContract, ...]:
    """The contracts that an order signed for the wrong exchange version would name."""
    if market.protocol == "v2":
        return tuple(ExchangeContract("2", chain_id, a) for a in (_CTF_V2, _NEG_RISK_V2))
    return (ExchangeContract("3", chain_id, _V3[chain_id]),)


def spenders(chain_id: int) -> tuple[str, ...]:
    """The contracts that may spend an account's assets, as balance-allowance lists them."""
    return (_CTF_V2, _NEG_RISK_V2, _V3[chain_id])
