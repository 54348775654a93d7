"""The way between one engine's client and the local exchange, and what gets lost on it."""

from __future__ import annotations

import asyncio
from functools import partial
from random import Random

import httpx
from starlette.types import ASGIApp

from polyterm.exchange.feed_socket import FeedLostError, FeedSocket
from polyterm.simulator.faults.dropped import ConnectionDropped
from tests.fakes.asgi_connection import AsgiConnection
from tests.whole.landing import Landing, Reply, Sent
from tests.whole.trouble import Mishap, Trouble

_SLOWEST_S = 0.04
_MARKET = "/ws/market"
_GIVEN_UP_S = 60.0
"""Longer than any client waits."""


class Network(httpx.AsyncBaseTransport):
    """One engine's way to the exchange; requests under way outlive whoever sent them."""

    def __init__(self, app: ASGIApp, landing: Landing, trouble: Trouble, random: Random) -> None:
        self._app = app
        self._landing = landing
        self._trouble = trouble
        self._random = random
        self._connections: list[AsgiConnection] = []
        self.is_online = True
        self.is_alive = True
        """Whether the engine on this side still lives: a dead one sends nothing more."""

    # -- requests --

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request there and its answer back, where nothing befalls it."""
        if not self.is_alive:
            await asyncio.Event().wait()
        if not self.is_online or self._trouble.strikes(Mishap.NO_CONNECTION):
            raise httpx.ConnectError("the network is down")
        sent = Sent.of(request)
        self._landing.note_written(sent)
        patience_s: float = request.extensions["timeout"]["read"]
        way = self._lose if self._trouble.strikes(Mishap.BLACK_HOLE) else self._carry
        answering = asyncio.ensure_future(way(sent))
        self._landing.under_way[answering] = sent
        answering.add_done_callback(self._forget)
        done, _ = await asyncio.wait([answering], timeout=patience_s)
        if not done or not (self.is_online and self.is_alive):
            raise httpx.ReadTimeout("no answer")
        reply = answering.result()
        return httpx.Response(reply.status, headers=reply.headers, content=reply.body)

    def _forget(self, answering: asyncio.Future[Reply]) -> None:
        del self._landing.under_way[answering]
        if not answering.cancelled():
            answering.exception()

    async def _carry(self, sent: Sent) -> Reply:
        await self._travel()
        try:
            reply = await self._landing.land(sent)
        except ConnectionDropped as dropped:
            raise _LOST[dropped.reset](str(dropped)) from None
        await self._travel()
        return reply

    async def _lose(self, sent: Sent) -> Reply:
        """Lose it on its way there, or its answer on the way back."""
        if self._random.random() < 0.5:
            await self._carry(sent)
        await asyncio.sleep(_GIVEN_UP_S)
        raise httpx.ReadTimeout("lost")

    async def _travel(self) -> None:
        await asyncio.sleep(self._random.uniform(0.001, _SLOWEST_S))

    # -- streams --

    async def open_feed(self, url: str, *, use_proxies: bool = True) -> FeedSocket:
        """Connect a feed."""
        await self._travel()
        if not (self.is_online and self.is_alive):
            raise FeedLostError("the network is down")
        path = httpx.URL(url).path
        connection = AsgiConnection(self._app, url, partial(self._note_frame, path))
        self._connections = [*filter(lambda known: known.is_open, self._connections), connection]
        return FeedSocket(connection)

    def go(self, *, is_online: bool) -> None:
        """Lose the network, or get it back."""
        self.is_online = is_online
        if not is_online:
            self._cut_streams()

    def die(self) -> None:
        """The engine on this side is gone."""
        self.is_alive = False
        self._cut_streams()

    def _cut_streams(self) -> None:
        for connection in self._connections:
            connection.cut()

    def _note_frame(self, path: str, frame: bytes) -> None:
        if path == _MARKET and frame != b"PONG":
            self._landing.note_market_data()


_LOST = {False: httpx.RemoteProtocolError, True: httpx.ReadError}
"""What the client's library raises where the other side hangs up, or resets."""
