from __future__ import annotations

import json

import pytest

from polyterm.models.enums import Side
from polyterm.simulator.credentials import ApiKey
from polyterm.simulator.refusals import RefusalError
from polyterm.simulator.wire.order_payload import decode_order
from tests.fakes.signing_wallet import (
    ANN,
    BOB,
    CTF_V2,
    NEG_RISK_V2,
    V3,
    V3_AMOY,
    SigningWallet,
)
from tests.fakes.trading_floor import TradingFloor, listing, whole

DEPOSIT_WALLET = "0x" + "cd" * 20


def key_of(floor: TradingFloor, wallet: SigningWallet) -> ApiKey:
    floor.exchange.accounts.open(wallet.address)
    return floor.exchange.keys.create(wallet.address, wallet.chain_id, 0)


def buy(floor: TradingFloor, wallet: SigningWallet, key: ApiKey, **how) -> tuple[str, dict]:
    token = floor.state.tokens[0]
    return wallet.order(token, Side.BUY, 4000, whole(10), owner=key.key, **how)


def send(floor: TradingFloor, key: ApiKey, body: dict) -> str:
    return floor.exchange.intake.place(key, decode_order(json.dumps(body).encode())).order_id


def refusal(floor: TradingFloor, key: ApiKey, body: dict) -> tuple[int, str]:
    with pytest.raises(RefusalError) as caught:
        send(floor, key, body)
    assert floor.exchange.desk.orders == {}
    return caught.value.status, caught.value.text


@pytest.mark.parametrize(
    ("market", "contract"),
    [
        ({}, CTF_V2),
        ({"neg_risk": True}, NEG_RISK_V2),
        ({"protocol": "v2"}, V3),
        ({"protocol": "v2", "neg_risk": True}, V3),
    ],
)
def test_the_id_of_an_order_is_the_digest_that_the_official_client_computes(market, contract):
    floor = TradingFloor(listed=listing(**market))
    key = key_of(floor, ANN)
    order_id, body = buy(floor, ANN, key, contract=contract)
    assert send(floor, key, body) == order_id


def test_the_test_chain_has_a_contract_of_its_own():
    floor = TradingFloor(listed=listing(protocol="v2"))
    wallet = SigningWallet(ANN.private_key, chain_id=80002)
    key = key_of(floor, wallet)
    order_id, body = buy(floor, wallet, key, contract=V3_AMOY)
    assert send(floor, key, body) == order_id


@pytest.mark.parametrize("signature_type", [1, 2])
def test_a_wallet_may_sign_for_its_proxy(signature_type):
    floor = TradingFloor()
    key = key_of(floor, ANN)
    how = {"signature_type": signature_type, "maker": DEPOSIT_WALLET}
    order_id, body = buy(floor, ANN, key, **how)
    assert send(floor, key, body) == order_id
    assert floor.order(order_id).maker_address == DEPOSIT_WALLET


def test_a_deposit_wallets_order_is_verified_through_its_wrapper():
    floor = TradingFloor()
    key = key_of(floor, ANN)
    order_id, body = buy(floor, ANN, key, signature_type=3, maker=DEPOSIT_WALLET)
    assert send(floor, key, body) == order_id


@pytest.mark.parametrize("byte", [0, 70, 120, -1])
def test_a_wrapper_that_was_tampered_with_is_refused(byte):
    floor = TradingFloor()
    key = key_of(floor, ANN)
    _, body = buy(floor, ANN, key, signature_type=3, maker=DEPOSIT_WALLET)
    raw = bytearray.fromhex(body["order"]["signature"][2:])
    raw[byte] ^= 1
    body["order"]["signature"] = "0x" + raw.hex()
    assert refusal(floor, key, body) == (400, "Invalid order payload")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("salt", 987),
        ("makerAmount", "4010000"),
        ("takerAmount", "10010000"),
        ("side", "SELL"),
        ("timestamp", "1"),
        ("metadata", "0x" + "01" * 32),
        ("builder", "0x" + "01" * 32),
        ("signature", "0x" + "00" * 65),
        ("signature", "0x1234"),
        ("signature", "0x" + "ff" * 65),
    ],
)
def test_an_order_that_was_changed_after_signing_is_refused(field, value):
    floor = TradingFloor()
    key = key_of(floor, ANN)
    _, body = buy(floor, ANN, key)
    body["order"][field] = value
    assert refusal(floor, key, body) == (400, "Invalid order payload")


def test_the_expiry_is_not_signed():
    floor = TradingFloor()
    key = key_of(floor, ANN)
    order_id, body = buy(floor, ANN, key, kind="GTD")
    body["order"]["expiration"] = str(floor.clock.now_ms() // 1000 + 400)
    assert send(floor, key, body) == order_id


def test_an_order_of_another_signer_is_refused():
    floor = TradingFloor()
    key = key_of(floor, ANN)
    _, body = buy(floor, BOB, key)
    text = "the order signer address has to be the address of the API KEY"
    assert refusal(floor, key, body) == (400, text)


def test_an_order_signed_by_another_key_in_ones_own_name_is_refused():
    floor = TradingFloor()
    key = key_of(floor, ANN)
    _, body = buy(floor, BOB, key)
    body["order"] |= {"maker": ANN.address, "signer": ANN.address}
    assert refusal(floor, key, body) == (400, "Invalid order payload")


def test_an_order_owned_by_another_api_key_is_refused():
    floor = TradingFloor()
    key, other = key_of(floor, ANN), key_of(floor, BOB)
    _, body = buy(floor, ANN, other)
    text = "the order owner has to be the owner of the API KEY"
    assert refusal(floor, key, body) == (400, text)


def test_an_eoa_cannot_make_orders_for_another_wallet():
    floor = TradingFloor()
    key = key_of(floor, ANN)
    _, body = buy(floor, ANN, key, maker=DEPOSIT_WALLET)
    assert refusal(floor, key, body) == (400, "Invalid order payload")


@pytest.mark.parametrize(
    ("market", "contract", "text"),
    [
        ({}, V3, "order_version_mismatch"),
        ({"protocol": "v2"}, CTF_V2, "order_version_mismatch"),
        ({"protocol": "v2"}, NEG_RISK_V2, "order_version_mismatch"),
        ({}, NEG_RISK_V2, "Invalid order payload"),
    ],
)
def test_an_order_for_the_wrong_contract_is_refused(market, contract, text):
    floor = TradingFloor(listed=listing(**market))
    key = key_of(floor, ANN)
    _, body = buy(floor, ANN, key, contract=contract)
    assert refusal(floor, key, body) == (400, text)


def test_an_order_of_the_retired_first_version_is_told_so():
    floor = TradingFloor()
    key = key_of(floor, ANN)
    _, body = buy(floor, ANN, key)
    for name in ("timestamp", "metadata", "builder"):
        del body["order"][name]
    body["order"] |= {"nonce": "0", "feeRateBps": "0", "taker": "0x" + "00" * 20}
    assert refusal(floor, key, body) == (400, "order_version_mismatch")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body.pop("order"),
        lambda body: body.update(orderType="IOC"),
        lambda body: body["order"].update(tokenId="YES"),
        lambda body: body["order"].update(makerAmount="0"),
        lambda body: body["order"].update(makerAmount=str(1 << 256)),
        lambda body: body["order"].update(maker="0x12"),
        lambda body: body["order"].update(signatureType=9),
        lambda body: body["order"].update(side="HOLD"),
    ],
)
def test_a_body_that_is_no_order_is_refused(spoil):
    floor = TradingFloor()
    key = key_of(floor, ANN)
    _, body = buy(floor, ANN, key)
    spoil(body)
    assert refusal(floor, key, body) == (400, "Invalid order payload")


def test_an_unknown_token_has_no_market_to_take_it():
    floor = TradingFloor()
    key = key_of(floor, ANN)
    _, body = ANN.order("123" * 20, Side.BUY, 4000, whole(10), owner=key.key)
    text = "the market is not yet ready to process new orders"
    assert refusal(floor, key, body) == (400, text)


def test_a_key_that_may_only_look_places_nothing():
    floor = TradingFloor()
    key = floor.exchange.keys.create_read_only(key_of(floor, ANN))
    _, body = buy(floor, ANN, key)
    assert refusal(floor, key, body) == (401, "Unauthorized/Invalid api key")
