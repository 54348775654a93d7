from __future__ import annotations

from typing import Any

import httpx
import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

from polyterm import __version__
from polyterm.engine.ports import AnswerError, ExchangeError, Outcome, UnreachableError
from polyterm.exchange.client import PolymarketExchange
from polyterm.exchange.credentials import ApiCredentials
from polyterm.exchange.signing import Wallet
from polyterm.models.ids import ChildId
from tests.exchange.factory import CREDENTIALS, KEY, NOW_MS, StillClock, a_client, a_ticket

GIVEN = {"apiKey": "new-key", "secret": "bmV3LXNlY3JldA==", "passphrase": "new-pass"}
OBTAINED = ApiCredentials("new-key", "bmV3LXNlY3JldA==", "new-pass")
NOW_S = NOW_MS // 1000


class Desk:
    """An exchange that gives out credentials, and a list of what it was asked."""

    def __init__(self, **answers: httpx.Response) -> None:
        self.answers = answers
        self.requests: list[httpx.Request] = []
        self.time_s = NOW_S
        self.tolerance_s = 10**12

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        stated = request.headers.get("POLY_TIMESTAMP")
        if stated and abs(int(stated) - self.time_s) > self.tolerance_s:
            return httpx.Response(401, json={"error": "Unauthorized/Invalid api key"})
        if request.url.path == "/time":
            return httpx.Response(200, json=self.time_s)
        name = request.url.path.strip("/").replace("/", "_").replace("-", "_")
        return self.answers.get(name, httpx.Response(200, json=GIVEN))

    def asked(self) -> list[str]:
        return [f"{request.method} {request.url.path}" for request in self.requests]


async def connected(desk: Desk, **settings: Any) -> PolymarketExchange:
    client = a_client(desk, **({"credentials": None} | settings))
    await client.connect()
    return client


async def test_new_credentials_are_created_by_proof_of_the_wallet() -> None:
    desk = Desk()
    client = await connected(desk)
    assert client.credentials == OBTAINED
    assert desk.asked() == ["GET /time", "POST /auth/api-key"]
    headers = desk.requests[1].headers
    assert headers["User-Agent"] == f"polyterm/{__version__}"
    login = {
        "address": headers["POLY_ADDRESS"],
        "timestamp": headers["POLY_TIMESTAMP"],
        "nonce": int(headers["POLY_NONCE"]),
        "message": "This message attests that I control the given wallet",
    }
    kinds = [("address", "address"), ("timestamp", "string"), ("nonce", "uint256")]
    typed = encode_typed_data(
        {"name": "ClobAuthDomain", "version": "1", "chainId": 137},
        {
            "ClobAuth": [
                {"name": name, "type": kind} for name, kind in [*kinds, ("message", "string")]
            ]
        },
        login,
    )
    signer = Account.recover_message(typed, signature=headers["POLY_SIGNATURE"])
    assert signer == Wallet.from_key(KEY).signer_address == login["address"]


async def test_credentials_that_exist_are_derived() -> None:
    refusal = httpx.Response(400, json={"error": "Could not create api key"})
    desk = Desk(auth_api_key=refusal)
    assert (await connected(desk)).credentials == OBTAINED
    assert desk.asked()[1:] == ["POST /auth/api-key", "GET /auth/derive-api-key"]


async def test_credentials_at_hand_are_kept_if_the_exchange_takes_them() -> None:
    desk = Desk()
    assert (await connected(desk, credentials=CREDENTIALS)).credentials == CREDENTIALS
    assert desk.asked() == ["GET /time", "GET /auth/api-keys"]


async def test_credentials_that_are_refused_are_replaced() -> None:
    desk = Desk(auth_api_keys=httpx.Response(401, json={"error": "Invalid api key"}))
    assert (await connected(desk, credentials=CREDENTIALS)).credentials == OBTAINED


async def test_credentials_are_not_thrown_away_because_a_check_failed() -> None:
    desk = Desk(auth_api_keys=httpx.Response(500))
    assert (await connected(desk, credentials=CREDENTIALS)).credentials == CREDENTIALS


async def test_a_locked_wallet_uses_what_it_has_and_obtains_nothing() -> None:
    locked = Wallet.locked(Wallet.from_key(KEY).signer_address)
    kept = await connected(Desk(), credentials=CREDENTIALS, wallet=locked)
    assert kept.credentials == CREDENTIALS
    with pytest.raises(ExchangeError, match="locked"):
        await connected(Desk(), wallet=locked)


@pytest.mark.parametrize(
    ("answers", "kind", "message"),
    [
        (
            {"auth_api_key": httpx.Response(401, json={"error": "Invalid L1 Request headers"})},
            AnswerError,
            r"POST http://127.0.0.1:9/auth/api-key: Invalid L1 Request headers \(HTTP 401\)",
        ),
        (
            {
                "auth_api_key": httpx.Response(400),
                "auth_derive_api_key": httpx.Response(
                    400, json={"error": "Could not derive api key!"}
                ),
            },
            AnswerError,
            "derive-api-key: Could not derive",
        ),
        ({"auth_api_key": httpx.Response(200, content=b"<html>")}, UnreachableError, "web page"),
    ],
)
async def test_failing_to_log_in_says_what_was_asked_and_answered(
    answers: dict[str, httpx.Response], kind: type[ExchangeError], message: str
) -> None:
    with pytest.raises(kind, match=message):
        await connected(Desk(**answers))


async def test_nobody_there_is_unreachable() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("All connection attempts failed")

    client = a_client(refuse)
    with pytest.raises(UnreachableError, match=r"GET http://127.0.0.1:9/time: All connection"):
        await client.connect()


async def test_before_connecting_nothing_can_be_signed_or_asked() -> None:
    client = a_client(Desk(), credentials=None)
    for wanted in (client.sign(a_ticket()), client.cash(), client.cancel_all()):
        with pytest.raises(ExchangeError, match="connect first"):
            await wanted


async def test_a_closed_client_says_so_and_sends_nothing() -> None:
    desk = Desk()
    client = await connected(desk)
    order = await client.sign(a_ticket())
    await client.aclose()
    desk.requests.clear()
    report = await client.send(order, lambda: True)
    assert (report.outcome, desk.requests) == (Outcome.NOT_SENT, [])
    with pytest.raises(UnreachableError, match="closed"):
        await client.cash()


# -- the clock --


@pytest.mark.parametrize("skew_s", [-3_600, -31, -2, 0, 2, 31, 86_400])
async def test_a_clock_that_is_wrong_is_corrected_by_the_exchange(skew_s: int) -> None:
    desk, clock = Desk(), StillClock()
    desk.tolerance_s = 1
    clock.ms += skew_s * 1000
    client = await connected(desk, clock=clock)
    assert client.credentials == OBTAINED
    assert await client.server_time_ms() == NOW_S * 1000


async def test_a_read_is_repeated_by_the_exchanges_clock_after_a_401() -> None:
    desk, clock = Desk(balance_allowance=httpx.Response(200, json={"balance": "7"})), StillClock()
    client = await connected(desk, clock=clock)
    desk.requests.clear()
    desk.tolerance_s, desk.time_s = 1, NOW_S + 60
    assert await client.cash() == 7
    assert desk.asked() == ["GET /balance-allowance", "GET /time", "GET /balance-allowance"]


async def test_an_order_is_not_repeated_after_a_401_but_the_next_one_passes() -> None:
    desk, clock = Desk(), StillClock()
    client = await connected(desk, clock=clock)
    desk.tolerance_s, desk.time_s = 1, NOW_S + 60
    order = await client.sign(a_ticket())
    desk.requests.clear()
    assert (await client.send(order, lambda: True)).outcome is Outcome.REJECTED
    assert desk.asked() == ["POST /order", "GET /time"]
    desk.requests.clear()
    await client.send(await client.sign(a_ticket()), lambda: True)
    assert desk.requests[0].headers["POLY_TIMESTAMP"] == str(NOW_S + 60)
    assert desk.asked() == ["POST /order"]


async def test_a_cancel_is_repeated_once_by_the_exchanges_clock() -> None:
    child_id = ChildId("0x1")
    done = httpx.Response(200, json={"canceled": [child_id], "not_canceled": {}})
    desk, clock = Desk(order=done), StillClock()
    client = await connected(desk, clock=clock)
    desk.requests.clear()
    desk.tolerance_s, desk.time_s = 1, NOW_S - 60
    assert (await client.cancel([child_id])).cancelled == {child_id}
    assert desk.asked() == ["DELETE /order", "GET /time", "DELETE /order"]


@pytest.mark.parametrize("body", [b"1790000000", b'"1790000000"', b'{"time":1790000000}'])
async def test_the_time_is_read_in_every_shape(body: bytes) -> None:
    client = a_client(lambda _: httpx.Response(200, content=body))
    assert await client.server_time_ms() == NOW_MS


@pytest.mark.parametrize("body", [b"", b"soon", b"{}", b"<html>"])
async def test_a_time_that_makes_no_sense_is_an_error(body: bytes) -> None:
    with pytest.raises(UnreachableError, match="/time"):
        await a_client(lambda _: httpx.Response(200, content=body)).server_time_ms()
