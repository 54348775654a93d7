from __future__ import annotations

import asyncio
import copy
import json
import logging
import pickle
import traceback
from collections.abc import Iterator
from random import Random

import httpx
import pytest

from polyterm.engine.ports import ExchangeError
from polyterm.exchange.credentials import ApiCredentials
from polyterm.exchange.signing import Wallet
from polyterm.exchange.user_feed import UserFeed
from tests.exchange.factory import CREDENTIALS, KEY, a_client, a_ticket
from tests.fakes.feed_server import feed_server, until
from tests.fakes.sinks import UserNotes

CANARIES = (
    KEY.removeprefix("0x"),
    str(bytes.fromhex(KEY[2:])),
    str(int(KEY, 16)),
    CREDENTIALS.key,
    CREDENTIALS.secret,
    CREDENTIALS.passphrase,
)


def shown(value: object) -> str:
    return f"{value} {value!r} {value!s:>5} {[value]} {getattr(value, '__dict__', {})}"


def assert_secret(text: str) -> None:
    for canary in CANARIES:
        assert canary not in text


def refusals() -> Iterator[httpx.Response | Exception]:
    yield httpx.Response(401, json={"error": "Invalid api key"})
    yield httpx.Response(500, content=b"<html>")
    yield httpx.Response(200, content=b"{")
    yield httpx.Response(418)
    yield httpx.ConnectError("refused")
    yield httpx.ReadTimeout("")


def test_nothing_shows_what_it_holds() -> None:
    client = a_client(lambda _: httpx.Response(200))
    for value in (Wallet.from_key(KEY), CREDENTIALS, client, vars(client)):
        assert_secret(shown(value))


async def test_a_signed_order_shows_no_signature_nor_key() -> None:
    order = await a_client(lambda _: httpx.Response(200)).sign(a_ticket())
    assert_secret(shown(order))
    assert order.body.decode()[40:80] not in shown(order)


@pytest.mark.parametrize("answer", refusals())
async def test_no_error_quotes_a_secret(answer: httpx.Response | Exception) -> None:
    def exchange(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    client = a_client(exchange)
    asked = (client.connect(), client.open_orders(), client.cash(), client.heartbeat())
    for question in asked:
        with pytest.raises(ExchangeError) as caught:
            await question
        assert_secret("".join(traceback.format_exception(caught.value)))
    order = await client.sign(a_ticket())
    assert_secret(shown(await client.send(order, lambda: True)) + shown(await client.cancel_all()))


async def test_a_request_is_logged_by_its_path_and_nothing_of_what_it_holds(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "polyterm")

    def exchange(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/order":
            raise httpx.ReadTimeout(f"{request.headers} {request.content!r}")
        return httpx.Response(200, json={"data": [], "next_cursor": "LTE="})

    client = a_client(exchange)
    order = await client.sign(a_ticket())
    await client.open_orders()
    await client.send(order, lambda: True)
    told = [record.getMessage() for record in caplog.records]
    assert [text.partition(",")[0] for text in told] == [
        "GET /data/orders: 200",
        "POST /order: ReadTimeout",
    ]
    assert_secret("\n".join(told))


async def test_a_stream_is_logged_as_it_comes_and_goes_and_nothing_of_its_login(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "polyterm")
    async with feed_server() as server:
        feed = UserFeed(f"{server.url}?key=canary", CREDENTIALS, Random(3), use_proxies=False)
        task = asyncio.create_task(feed.run(UserNotes()))
        await until(lambda: any("connected" in text for text in caplog.messages))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert len(caplog.messages) == 2
    assert caplog.messages[-1].endswith("dropped: no longer followed")
    assert_secret("\n".join(caplog.messages))
    assert "canary" not in "".join(caplog.messages)


async def test_a_broken_answer_that_holds_credentials_is_not_quoted() -> None:
    def exchange(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/time":
            return httpx.Response(200, json=1_790_000_000)
        whole = {"apiKey": CREDENTIALS.key, "secret": CREDENTIALS.secret, "passphrase": "p"}
        return httpx.Response(200, content=json.dumps(whole)[:-9])

    with pytest.raises(ExchangeError) as caught:
        await a_client(exchange, credentials=None).connect()
    assert_secret("".join(traceback.format_exception(caught.value)))


@pytest.mark.parametrize("key", [KEY[:-1], KEY + "1", KEY.replace("1", "g", 1)])
def test_a_key_that_is_none_is_not_quoted(key: str) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal") as caught:
        Wallet.from_key(key)
    assert key[2:] not in "".join(traceback.format_exception(caught.value))


def test_a_wallet_cannot_be_copied_out() -> None:
    wallet = Wallet.from_key(KEY)
    for escape in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="pickled"):
            escape(wallet)


def test_credentials_and_feeds_mask_themselves() -> None:
    assert repr(ApiCredentials("a-key", "a-secret", "a-pass")) == "ApiCredentials()"
    assert_secret(shown(CREDENTIALS) + repr(UserFeed("ws://x", CREDENTIALS, None)))  # type: ignore[arg-type]
