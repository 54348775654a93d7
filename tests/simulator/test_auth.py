from __future__ import annotations

import pytest
from py_clob_client_v2.signing.hmac import build_hmac_signature

from polyterm.simulator.auth import Authenticator
from polyterm.simulator.credentials import ApiKey, KeyRing
from polyterm.simulator.refusals import RefusalError
from tests.fakes.signing_wallet import ANN, BOB, SigningWallet
from tests.fakes.trading_floor import START_MS, TradingFloor

NOW_S = START_MS // 1000
BODY = b'{"orderID":"0x12"}'


def desk() -> tuple[Authenticator, KeyRing]:
    exchange = TradingFloor().exchange
    return exchange.auth, exchange.keys


def lower(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def l2_headers(key: ApiKey, *, at_s: int = NOW_S, method: str = "DELETE") -> dict[str, str]:
    text = build_hmac_signature(key.secret, str(at_s), method, "/order", BODY.decode())
    return {
        "poly_address": key.address,
        "poly_api_key": key.key,
        "poly_passphrase": key.passphrase,
        "poly_timestamp": str(at_s),
        "poly_signature": text,
    }


@pytest.mark.parametrize("chain_id", [137, 80002])
def test_a_wallet_proves_itself_on_either_chain(chain_id):
    auth, _ = desk()
    wallet = SigningWallet(ANN.private_key, chain_id)
    proved = auth.wallet(lower(wallet.attestation(NOW_S, nonce=3)))
    assert (proved.address, proved.chain_id, proved.nonce) == (ANN.address.lower(), chain_id, 3)


@pytest.mark.parametrize(
    "change",
    [
        {"poly_address": BOB.address},
        {"poly_nonce": "1"},
        {"poly_nonce": "one"},
        {"poly_timestamp": str(NOW_S + 1)},
        {"poly_timestamp": "now"},
        {"poly_signature": "0x" + "00" * 65},
        {"poly_signature": "no hex"},
        {"poly_signature": None},
        {"poly_address": None},
    ],
)
def test_an_attestation_that_was_changed_proves_nothing(change):
    auth, _ = desk()
    headers = lower(ANN.attestation(NOW_S)) | change
    given = {name: value for name, value in headers.items() if value is not None}
    with pytest.raises(RefusalError, match="Invalid L1 Request headers") as caught:
        auth.wallet(given)
    assert caught.value.status == 401


def test_an_old_attestation_proves_nothing():
    auth, _ = desk()
    with pytest.raises(RefusalError):
        auth.wallet(lower(ANN.attestation(NOW_S - 301)))


def test_a_request_signed_as_the_official_client_does_is_let_in():
    auth, keys = desk()
    key = keys.create(ANN.address, 137, 0)
    assert auth.key(l2_headers(key), "DELETE", "/order", BODY) is key


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/order", BODY),
        ("DELETE", "/orders", BODY),
        ("DELETE", "/order", BODY + b" "),
        ("DELETE", "/order", b""),
    ],
)
def test_a_signature_covers_method_path_and_every_byte_of_the_body(method, path, body):
    auth, keys = desk()
    key = keys.create(ANN.address, 137, 0)
    with pytest.raises(RefusalError, match="Unauthorized/Invalid api key") as caught:
        auth.key(l2_headers(key), method, path, body)
    assert caught.value.status == 401


@pytest.mark.parametrize(
    "change",
    [
        {"poly_api_key": "00000000-0000-4000-8000-000000000000"},
        {"poly_passphrase": "guess"},
        {"poly_address": BOB.address},
        {"poly_timestamp": str(NOW_S + 1)},
        {"poly_signature": "AAAA"},
        {"poly_signature": "ä"},
    ],
)
def test_wrong_credentials_are_refused(change):
    auth, keys = desk()
    key = keys.create(ANN.address, 137, 0)
    with pytest.raises(RefusalError):
        auth.key(l2_headers(key) | change, "DELETE", "/order", BODY)


@pytest.mark.parametrize("missing", ["poly_api_key", "poly_signature", "poly_timestamp"])
def test_missing_headers_are_refused(missing):
    auth, keys = desk()
    headers = l2_headers(keys.create(ANN.address, 137, 0))
    del headers[missing]
    with pytest.raises(RefusalError):
        auth.key(headers, "DELETE", "/order", BODY)


@pytest.mark.parametrize("off_s", [-301, 301])
def test_a_clock_too_far_off_is_refused(off_s):
    auth, keys = desk()
    key = keys.create(ANN.address, 137, 0)
    with pytest.raises(RefusalError):
        auth.key(l2_headers(key, at_s=NOW_S + off_s), "DELETE", "/order", BODY)


def test_a_key_is_made_once_and_derived_ever_after():
    _, keys = desk()
    made = keys.create(ANN.address, 137, 0)
    assert keys.derive(ANN.address, 137, 0) is made
    with pytest.raises(RefusalError, match="Could not create api key"):
        keys.create(ANN.address, 137, 0)
    with pytest.raises(RefusalError, match="Could not derive api key!"):
        keys.derive(ANN.address, 137, 1)
    assert keys.create(ANN.address, 137, 1).key != made.key
    assert made.secret not in repr(made)


def test_a_deleted_key_is_a_key_no_more():
    auth, keys = desk()
    key = keys.create(ANN.address, 137, 0)
    keys.delete(key)
    with pytest.raises(RefusalError):
        auth.key(l2_headers(key), "DELETE", "/order", BODY)
    with pytest.raises(RefusalError):
        keys.derive(ANN.address, 137, 0)
