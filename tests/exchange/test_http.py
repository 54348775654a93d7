from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from random import Random

import pytest

from polyterm.engine.ports import Outcome
from polyterm.exchange.client import PolymarketExchange
from polyterm.exchange.hosts import Hosts
from polyterm.exchange.signing import Wallet
from polyterm.models.ids import ChildId
from tests.exchange.factory import CREDENTIALS, KEY, StillClock, a_ticket
from tests.fakes.feed_server import until

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def client_of(talk: Talk) -> AsyncIterator[PolymarketExchange]:
    """A client of a server that does to each connection what the test wants."""

    async def closing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await talk(reader, writer)
        writer.close()

    server = await asyncio.start_server(closing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = client_at(port)
    try:
        async with server:
            yield client
    finally:
        await client.aclose()


def client_at(port: int) -> PolymarketExchange:
    return PolymarketExchange(
        Hosts.at(f"http://127.0.0.1:{port}"),
        Wallet.from_key(KEY),
        clock=StillClock(),
        random=Random(7),
        credentials=CREDENTIALS,
    )


async def request_of(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    """Read one request: its first line, and its body."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    lines = head.split("\r\n")
    sizes = [line for line in lines if line.lower().startswith("content-length:")]
    body = await reader.readexactly(int(sizes[0].split(":")[1])) if sizes else b""
    return lines[0], body


def answer(body: bytes, length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + body


async def test_nobody_listening_means_that_nothing_was_sent(unused_tcp_port: int) -> None:
    client = client_at(unused_tcp_port)
    order = await client.sign(a_ticket())
    assert (await client.send(order, lambda: True)).outcome is Outcome.NOT_SENT
    assert (await client.cancel([order.child_id])).outcome is Outcome.NOT_SENT
    await client.aclose()


@pytest.mark.parametrize(
    "reply", [b"", b"HTTP/1.1 200 OK\r\n", answer(b'{"success":true', length=500)]
)
async def test_an_order_that_arrived_unanswered_is_unknown(reply: bytes) -> None:
    arrived: list[bytes] = []

    async def drop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.append((await request_of(reader))[1])
        writer.write(reply)
        await writer.drain()

    async with client_of(drop) as client:
        order = await client.sign(a_ticket())
        assert (await client.send(order, lambda: True)).outcome is Outcome.UNKNOWN
        assert arrived == [order.body], "the signed bytes, once"


async def test_a_cancel_never_waits_behind_orders() -> None:
    waiting: list[str] = []
    released = asyncio.Event()

    async def hold_orders(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line, _ = await request_of(reader)
        if line.startswith("POST /order"):
            waiting.append(line)
            await released.wait()
        else:
            writer.write(answer(b'{"canceled":["0x1"],"not_canceled":{}}'))

    async with client_of(hold_orders) as client:
        order = await client.sign(a_ticket())
        sends = [asyncio.create_task(client.send(order, lambda: True)) for _ in range(40)]
        await until(lambda: len(waiting) == 16)
        async with asyncio.timeout(2):
            assert (await client.cancel([ChildId("0x1")])).cancelled == {"0x1"}
            assert (await client.cancel_all()).outcome is Outcome.ACCEPTED
        assert not any(send.done() for send in sends)
        for send in sends:
            send.cancel()
        await asyncio.gather(*sends, return_exceptions=True)
        released.set()


async def test_cancelling_a_send_lets_the_cancellation_through() -> None:
    arrived = asyncio.Event()

    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        arrived.set()
        await reader.read()

    async with client_of(never_answer) as client:
        send = asyncio.create_task(client.send(await client.sign(a_ticket()), lambda: True))
        await arrived.wait()
        send.cancel()
        with pytest.raises(asyncio.CancelledError):
            await send


async def test_the_round_trip_of_an_answer_is_measured() -> None:
    async def tell_time(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        writer.write(answer(b"1790000000"))

    async with client_of(tell_time) as client:
        assert client.latency_ms is None
        await client.server_time_ms()
        assert client.latency_ms == 0, "on a clock that stands still"
