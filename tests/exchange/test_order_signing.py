from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_hash.auto import keccak
from py_clob_client_v2.order_utils.exchange_order_builder_v2 import ExchangeOrderBuilderV2
from py_clob_client_v2.order_utils.model.order_data_v2 import OrderV2
from py_clob_client_v2.signer import Signer

from polyterm.engine.ports import ChildTicket, ExchangeError, SignedOrder
from polyterm.exchange.order_body import signed_order
from polyterm.exchange.signing import Wallet
from polyterm.models.enums import OrderType, Side
from polyterm.models.market import Outcome
from polyterm.models.money import UNIT
from tests.exchange.factory import API_KEY, KEY, NOW_MS, POSITION, YES, a_market, a_ticket

CTF = "0xE111180000d2663C0091e4f400237545B87B996B"
NEG_RISK = "0xe2222d279d744050d28e00520010520000310F59"
POSITIONS = "0xe3333700cA9d93003F00f0F71f8515005F6c00Aa"
FUNDER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
OF_POSITIONS = {
    "token_id": POSITION,
    "market": a_market(protocol="v2", outcomes=(Outcome(POSITION, "Yes"), Outcome(YES, "No"))),
}


def sign(ticket: ChildTicket, wallet: Wallet | None = None, seed: int = 7) -> SignedOrder:
    return signed_order(
        ticket,
        wallet or Wallet.from_key(KEY),
        chain_id=137,
        api_key=API_KEY,
        timestamp_ms=NOW_MS,
        random=Random(seed),
    )


def recomputed(body: dict[str, Any], contract: str, version: str) -> tuple[dict[str, Any], str]:
    """Typed data and digest of an order as it went over the wire, by the library of others."""
    order = body["order"]
    builder = ExchangeOrderBuilderV2(contract, 137, Signer(KEY, 137), domain_version=version)
    side = {"BUY": 0, "SELL": 1}[order["side"]]
    rest = {key: value for key, value in order.items() if key not in {"side", "signature"}}
    typed = builder.build_order_typed_data(OrderV2(**rest, side=side))  # type: ignore[arg-type]
    return typed, builder.build_order_hash(typed)


@pytest.mark.parametrize(
    ("changes", "contract", "version"),
    [
        ({}, CTF, "2"),
        ({"side": Side.SELL}, CTF, "2"),
        ({"market": a_market(neg_risk=True)}, NEG_RISK, "2"),
        (OF_POSITIONS, POSITIONS, "3"),
    ],
)
def test_the_id_is_the_digest_of_what_is_sent_and_the_key_signed_it(
    changes: dict[str, Any], contract: str, version: str
) -> None:
    order = sign(a_ticket(**changes))
    body = json.loads(order.body)
    typed, digest = recomputed(body, contract, version)
    assert order.child_id == digest
    message = encode_typed_data(full_message=typed)
    recovered = Account.recover_message(message, signature=body["order"]["signature"])
    assert recovered == Wallet.from_key(KEY).signer_address == Account.from_key(KEY).address


def by_hand(order: dict[str, Any], contract: str, version: str) -> str:
    """The digest word by word, from the type string of the protocol."""

    def text(value: str) -> bytes:
        return keccak(value.encode())

    def word(value: str | int) -> bytes:
        number = int(value, 16) if isinstance(value, str) and value[:2] == "0x" else int(value)
        return number.to_bytes(32, "big")

    domain_type = (
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    )
    name = text("Polymarket CTF Exchange")
    domain = keccak(text(domain_type) + name + text(version) + word(137) + word(contract))
    order_type = (
        "Order(uint256 salt,address maker,address signer,uint256 tokenId,uint256 makerAmount,"
        "uint256 takerAmount,uint8 side,uint8 signatureType,uint256 timestamp,bytes32 metadata,"
        "bytes32 builder)"
    )
    fields = ["salt", "maker", "signer", "tokenId", "makerAmount", "takerAmount", "side"]
    fields += ["signatureType", "timestamp", "metadata", "builder"]
    values = order | {"side": {"BUY": 0, "SELL": 1}[order["side"]]}
    struct = keccak(text(order_type) + b"".join(word(values[field]) for field in fields))
    return "0x" + keccak(b"\x19\x01" + domain + struct).hex()


@pytest.mark.parametrize(
    ("changes", "contract", "version", "digest"),
    [
        ({}, CTF, "2", "0xef9b7ad36ddc1a7f6f5a6e2551dd6d51a680421a34949458c77ec55be7a75099"),
        (
            OF_POSITIONS,
            POSITIONS,
            "3",
            "0xeda019353420c3798e5606413ead777c97e139536c53b1ac901e4203736d3a1f",
        ),
    ],
)
def test_the_digest_of_a_known_order_is_what_the_protocol_makes_it(
    changes: dict[str, Any], contract: str, version: str, digest: str
) -> None:
    signed = sign(a_ticket(**changes))
    assert signed.child_id == by_hand(json.loads(signed.body)["order"], contract, version)
    assert signed.child_id == digest


def test_the_body_is_what_the_protocol_asks_for() -> None:
    ticket = a_ticket(order_type=OrderType.GTD, expires_s=1_800_000_000, post_only=True)
    body = json.loads(sign(ticket).body)
    order = body.pop("order")
    assert body == {"owner": API_KEY, "orderType": "GTD", "deferExec": False, "postOnly": True}
    signature = order.pop("signature")
    assert signature.startswith("0x")
    assert len(signature) == 132
    assert 0 <= order.pop("salt") < 2**53
    address = Wallet.from_key(KEY).address
    zero = "0x" + "0" * 64
    assert order == {
        "maker": address,
        "signer": address,
        "tokenId": YES,
        "makerAmount": "5500000",
        "takerAmount": "10000000",
        "side": "BUY",
        "expiration": "1800000000",
        "signatureType": 0,
        "timestamp": str(NOW_MS),
        "metadata": zero,
        "builder": zero,
    }


def test_an_order_that_is_not_gtd_never_expires() -> None:
    body = json.loads(sign(a_ticket(expires_s=1_800_000_000)).body)
    assert body["order"]["expiration"] == "0"


def test_the_same_ticket_twice_is_two_orders() -> None:
    random = Random(1)
    first, second = (
        signed_order(
            a_ticket(),
            Wallet.from_key(KEY),
            chain_id=137,
            api_key=API_KEY,
            timestamp_ms=NOW_MS,
            random=random,
        )
        for _ in range(2)
    )
    assert first.child_id != second.child_id


def test_the_ticket_of_a_market_order_tells_the_size_that_was_signed() -> None:
    order = sign(a_ticket(order_type=OrderType.FAK, size=10_110_000))
    assert order.ticket.size == 10 * UNIT
    assert json.loads(order.body)["order"]["takerAmount"] == "10000000"


@pytest.mark.parametrize("signature_type", [1, 2])
def test_a_proxy_holds_the_money_and_the_key_signs(signature_type: int) -> None:
    wallet = Wallet.from_key(KEY, funder=FUNDER.lower(), signature_type=signature_type)
    order = json.loads(sign(a_ticket(), wallet).body)["order"]
    assert (order["maker"], order["signer"]) == (FUNDER, wallet.signer_address)
    assert order["signatureType"] == signature_type


def test_a_deposit_wallet_signs_for_itself_in_its_own_envelope() -> None:
    wallet = Wallet.from_key(KEY, funder=FUNDER, signature_type=3)
    signed = sign(a_ticket(), wallet)
    body = json.loads(signed.body)
    assert body["order"]["maker"] == body["order"]["signer"] == FUNDER == wallet.address
    assert len(body["order"]["signature"]) > 132
    assert signed.child_id == recomputed(body, CTF, "2")[1]


@pytest.mark.parametrize(
    "changes",
    [
        {"token_id": POSITION},
        {"market": a_market(protocol="v2")},
        {"market": a_market(protocol="v9")},
    ],
)
def test_a_token_of_another_protocol_is_refused_before_it_is_signed(
    changes: dict[str, Any],
) -> None:
    with pytest.raises(ExchangeError, match="protocol"):
        sign(a_ticket(**changes))


def test_a_locked_wallet_signs_nothing() -> None:
    wallet = Wallet.locked(Wallet.from_key(KEY).signer_address)
    assert wallet.is_locked
    with pytest.raises(ExchangeError, match="locked"):
        sign(a_ticket(), wallet)


def test_a_generated_wallet_depends_on_its_entropy_alone() -> None:
    first, again = (Wallet.generate(bytes(range(32))) for _ in range(2))
    assert first.address == again.address != Wallet.generate(bytes(range(1, 33))).address
    assert json.loads(sign(a_ticket(), first).body)["order"]["maker"] == first.address
    with pytest.raises(ValueError, match="32 random bytes"):
        Wallet.generate(b"short")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"hex_key": "0x1234"}, "64 hexadecimal"),
        ({"hex_key": "zz" * 32}, "64 hexadecimal"),
        ({"hex_key": "00" * 32}, "not a private key"),
        ({"hex_key": KEY, "signature_type": 1}, "funder"),
        ({"hex_key": KEY, "funder": "0x12"}, "not an address"),
        ({"hex_key": KEY, "signature_type": 9}, "SignatureType"),
    ],
)
def test_a_wallet_that_makes_no_sense_is_refused(arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Wallet.from_key(**arguments)
