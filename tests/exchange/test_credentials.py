from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st
from py_clob_client_v2.signing.hmac import build_hmac_signature

from polyterm.exchange.credentials import ApiCredentials
from tests.exchange.factory import CREDENTIALS

bodies = st.text(st.characters(exclude_characters="'", exclude_categories=["Cs"])).map(str.encode)


@given(
    secret=st.binary(min_size=1, max_size=64),
    body=bodies,
    method=st.sampled_from(["GET", "POST", "DELETE"]),
    at=st.integers(0, 4_000_000_000),
)
def test_the_signature_is_that_of_the_library_of_others(
    secret: bytes, body: bytes, method: str, at: int
) -> None:
    encoded = base64.urlsafe_b64encode(secret).decode()
    headers = ApiCredentials("key", encoded, "pass").headers("0xA", at, method, "/order", body)
    expected = build_hmac_signature(encoded, str(at), method, "/order", body.decode())
    assert headers == {
        "POLY_ADDRESS": "0xA",
        "POLY_API_KEY": "key",
        "POLY_PASSPHRASE": "pass",
        "POLY_TIMESTAMP": str(at),
        "POLY_SIGNATURE": expected,
    }


def test_a_body_with_an_apostrophe_is_signed_as_it_is_sent() -> None:
    body = b'{"note":"it\'s"}'
    headers = CREDENTIALS.headers("0xA", 1, "POST", "/order", body)
    key = base64.urlsafe_b64decode(CREDENTIALS.secret)
    expected = hmac.digest(key, b"1POST/order" + body, hashlib.sha256)
    assert base64.urlsafe_b64decode(headers["POLY_SIGNATURE"]) == expected


def test_a_secret_may_come_without_its_padding() -> None:
    bare = ApiCredentials("key", CREDENTIALS.secret.rstrip("="), "pass")
    padded = ApiCredentials("key", CREDENTIALS.secret, "pass")
    assert bare.headers("0xA", 1, "GET", "/") == padded.headers("0xA", 1, "GET", "/")


def test_a_secret_that_is_none_is_refused_without_being_quoted() -> None:
    with pytest.raises(ValueError, match="not base64") as caught:
        ApiCredentials("key", "é-secret", "pass").headers("0xA", 1, "GET", "/")
    assert "é-secret" not in str(caught.value)
    assert caught.value.__cause__ is None
