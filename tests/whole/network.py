"""Everything between one engine's client and the local exchange, and what goes wrong there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from random import Random

import httpx
from starlette.types import ASGIApp

from polyterm.exchange.feed_socket import FeedLostError, FeedSocket
from tests.fakes.asgi_connection import AsgiConnection
from tests.whole.landing import Landing, Reply, Sent
from tests.whole.trouble import Fault, Trouble

_SLOWEST_S = 0.04
_MARKET = "/ws/market"
_RESTART_S = 3
_GIVEN_UP_S = 60.0
"""Longer than any client waits."""
_JSON = {"content-type": "application/json"}
_PAGE = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


class Network(httpx.AsyncBaseTransport):
    """One engine's way to the exchange; requests under way outlive whoever sent them."""

    def __init__(self, app: ASGIApp, landing: Landing, trouble: Trouble, random: Random) -> None:
        self._app = app
        self._landing = landing
        self._trouble = trouble
        self._random = random
        self._connections: list[AsgiConnection] = []
        self._muted: set[str] = set()
        self.is_online = True
        self.is_alive = True
        """Whether the engine on this side still lives: a dead one sends nothing more."""

    # -- requests --

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request there and its answer back, or let it suffer a fault."""
        if not self.is_alive:
            await asyncio.Event().wait()
        if not self.is_online:
            raise httpx.ConnectError("the network is down")
        sent = Sent.of(request)
        fault = self._trouble.for_request(sent.scope["path"], sent.is_order)
        if fault is Fault.NO_CONNECTION:
            raise httpx.ConnectError("refused")
        self._landing.note_written(sent)
        patience_s: float = request.extensions["timeout"]["read"]
        way = _WAYS[fault] if fault else Network._carry
        answering = asyncio.ensure_future(way(self, sent))
        self._landing.under_way.add(answering)
        answering.add_done_callback(self._forget)
        done, _ = await asyncio.wait([answering], timeout=patience_s)
        if not done or not (self.is_online and self.is_alive):
            raise httpx.ReadTimeout("no answer")
        reply = answering.result()
        return httpx.Response(reply.status, headers=reply.headers, content=reply.body)

    def _forget(self, answering: asyncio.Future[Reply]) -> None:
        self._landing.under_way.discard(answering)
        if not answering.cancelled():
            answering.exception()

    async def _carry(self, sent: Sent) -> Reply:
        await self._travel()
        reply = await self._landing.land(sent)
        await self._travel()
        return reply

    async def _lose(self, sent: Sent) -> Reply:
        await asyncio.sleep(_GIVEN_UP_S)
        raise httpx.ReadTimeout("lost")

    async def _lose_reply(self, sent: Sent) -> Reply:
        await self._carry(sent)
        if self._random.random() < 0.5:
            raise httpx.ReadError("reset")
        return await self._lose(sent)

    async def _dawdle(self, sent: Sent, *, least_s: float, most_s: float) -> Reply:
        with self._landing.delaying():
            await asyncio.sleep(self._random.uniform(least_s, most_s))
        return await self._carry(sent)

    async def _double(self, sent: Sent) -> Reply:
        first, second = await self._carry(sent), await self._carry(sent)
        return self._random.choice((first, second))

    async def _land_and_fail(self, sent: Sent) -> Reply:
        await self._carry(sent)
        return self._random.choice((_page(500), _page(502), _said(500, "internal error")))

    async def _cut_short(self, sent: Sent) -> Reply:
        reply = await self._carry(sent)
        return replace(reply, body=reply.body[: len(reply.body) // 2])

    async def _garble(self, sent: Sent) -> Reply:
        reply = await self._carry(sent)
        return replace(reply, body=self._random.choice((b"", b"<html>", b"[[", b'"ok"')))

    async def _swap_id(self, sent: Sent) -> Reply:
        reply = await self._carry(sent)
        return replace(reply, body=reply.body.replace(b'"0x', b'"0xfeed', 1))

    async def _refuse(self, sent: Sent, *, reply: Reply) -> Reply:
        await self._travel()
        return reply

    async def _travel(self) -> None:
        await asyncio.sleep(self._random.uniform(0.001, _SLOWEST_S))

    # -- streams --

    async def open_feed(self, url: str, *, use_proxies: bool = True) -> FeedSocket:
        """Connect a feed."""
        await self._travel()
        if not (self.is_online and self.is_alive):
            raise FeedLostError("the network is down")
        connection = AsgiConnection(self._app, url)
        connection.meddler = partial(self._meddle, connection)
        self._connections = [*filter(lambda known: known.is_open, self._connections), connection]
        return FeedSocket(connection)

    def cut_streams(self) -> None:
        """Drop every stream."""
        for connection in self._connections:
            connection.cut()

    def mute(self, path: str, *, is_muted: bool) -> None:
        """Let nothing but PONG through a stream, or everything again."""
        change = self._muted.add if is_muted else self._muted.discard
        change(path)

    def go(self, *, is_online: bool) -> None:
        """Lose the network, or get it back."""
        self.is_online = is_online
        if not is_online:
            self.cut_streams()

    def die(self) -> None:
        """The engine on this side is gone."""
        self.is_alive = False
        self.cut_streams()

    def _meddle(self, connection: AsgiConnection, frame: bytes) -> list[tuple[float, bytes]]:
        if frame == b"PONG":
            return [(0.0, frame)]
        if connection.path in self._muted:
            return []
        if connection.path == _MARKET:
            self._landing.note_market_data()
        fault = self._trouble.for_frame()
        if fault is Fault.WS_DROP:
            connection.cut()
        if fault is Fault.WS_DUP:
            return [(0.0, frame), (self._random.uniform(0, 5), frame)]
        if fault is Fault.WS_REORDER:
            return [(self._random.uniform(0, 2), frame)]
        return [(0.0, frame)]


def _said(status: int, text: str, **headers: str) -> Reply:
    return Reply(status, {**_JSON, **headers}, f'{{"error":"{text}"}}'.encode())


def _page(status: int) -> Reply:
    return Reply(status, {"content-type": "text/html"}, _PAGE)


def _refusing(reply: Reply) -> Callable[[Network, Sent], Awaitable[Reply]]:
    return partial(Network._refuse, reply=reply)


_WAYS: dict[Fault, Callable[[Network, Sent], Awaitable[Reply]]] = {
    Fault.DROP_REQUEST: Network._lose,
    Fault.LAND_THEN_DROP_REPLY: Network._lose_reply,
    Fault.DELAY: partial(Network._dawdle, least_s=1.0, most_s=25.0),
    Fault.DELAY_LONG: partial(Network._dawdle, least_s=35.0, most_s=55.0),
    Fault.DUPLICATE: Network._double,
    Fault.ERROR_AFTER_LAND: Network._land_and_fail,
    Fault.BAD_GATEWAY: _refusing(_page(502)),
    Fault.RESTARTING: _refusing(
        _said(425, "the matching engine is restarting", **{"retry-after": str(_RESTART_S)})
    ),
    Fault.THROTTLED: _refusing(_said(429, "Too Many Requests", **{"retry-after": "2"})),
    Fault.POST_ONLY: _refusing(_said(503, "the exchange is in post-only mode")),
    Fault.DISABLED: _refusing(_said(503, "Trading is currently disabled")),
    Fault.TRUNCATE: Network._cut_short,
    Fault.BAD_JSON: Network._garble,
    Fault.WRONG_ID: Network._swap_id,
}
