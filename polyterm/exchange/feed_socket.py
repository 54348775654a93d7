"""One WebSocket of the exchange: opened, kept alive, and given up when it is dead.

Keep-alive is a text frame PING that is answered by PONG (`protocol.md` 2.1). PONG proves the
connection only, never that data flows.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from types import TracebackType
from typing import Literal, NoReturn, Protocol, Self
from urllib.parse import urlsplit

import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from polyterm.exchange.http import USER_AGENT

_log = logging.getLogger(__name__)

PING_EVERY_S = 10.0
PONG_WITHIN_S = 20.0
_OPEN_S = 10.0
_CLOSE_S = 1.0
_MAX_FRAME = 16 * 1024 * 1024
"""A large first dump would break the library's default of 1 MiB (`protocol.md` 2.4)."""
_MAX_QUEUED = 1024
"""Frames read ahead of us; beyond them the socket is not read, and the exchange has to wait."""
_PONG = b"PONG"


class FeedLostError(Exception):
    """A stream cannot be relied on any more, and why."""


class Connection(Protocol):
    """What a feed needs of a WebSocket; each call raises `ConnectionClosed` once it is over."""

    async def send(self, message: str) -> None:
        """Send a text frame."""
        ...

    async def recv(self, *, decode: Literal[False]) -> bytes:
        """The next frame."""
        ...

    async def close(self) -> None:
        """Close it; nothing happens where it is closed."""
        ...


class FeedSocket:
    """An open socket; closed on leaving its context."""

    def __init__(self, connection: Connection, name: str = "") -> None:
        self._connection = connection
        self._name = name
        self._unanswered_s = 0.0
        self._verdict = ""

    async def send(self, frame: dict[str, object]) -> None:
        """Send one JSON frame; `FeedLostError` where the socket is closed."""
        await self._send(msgspec.json.encode(frame).decode())

    async def ping(self) -> None:
        """Ask for a PONG, which `read` hands on to nobody but its `alive`."""
        await self._send("PING")

    async def read(
        self, tell: Callable[[bytes], None], alive: Callable[[], None] = lambda: None
    ) -> NoReturn:
        """Hand on every data frame, and every PONG to `alive`, until `FeedLostError`."""
        keeper = asyncio.create_task(self._keep_alive(), name="feed keep-alive")
        try:
            while True:
                frame = await self._connection.recv(decode=False)
                if frame == _PONG:
                    self._unanswered_s = 0.0
                    alive()
                else:
                    tell(frame)
        except ConnectionClosed as error:
            raise FeedLostError(self._verdict or f"connection lost: {error}") from error
        finally:
            keeper.cancel()

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(PING_EVERY_S)
            if self._unanswered_s >= PONG_WITHIN_S:
                break
            self._unanswered_s += PING_EVERY_S
            try:
                await self._connection.send("PING")
            except ConnectionClosed:
                return
        self._verdict = f"no PONG in {PONG_WITHIN_S:.0f} s"
        await self._connection.close()

    async def _send(self, text: str) -> None:
        try:
            await self._connection.send(text)
        except ConnectionClosed as error:
            raise FeedLostError(f"connection lost: {error}") from error

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        why = str(error) if isinstance(error, FeedLostError) else "no longer followed"
        _log.info("stream %s dropped: %s", self._name, why)
        await self._connection.close()


class SocketOpener(Protocol):
    """Who connects a feed: `open_socket`, or a stand-in for the network."""

    async def __call__(self, url: str, *, use_proxies: bool = True) -> FeedSocket:
        """Connect; `FeedLostError` where that fails."""
        ...


async def open_socket(url: str, *, use_proxies: bool = True) -> FeedSocket:
    """Connect; `FeedLostError` where that fails."""
    name = urlsplit(url).path
    try:
        connection = await connect(
            url,
            compression=None,
            user_agent_header=USER_AGENT,
            proxy=True if use_proxies else None,
            open_timeout=_OPEN_S,
            close_timeout=_CLOSE_S,
            ping_interval=None,
            max_size=_MAX_FRAME,
            max_queue=_MAX_QUEUED,
        )
    except (OSError, WebSocketException) as error:
        detail = str(error) or type(error).__name__
        _log.debug("stream %s: cannot connect: %s", name, detail)
        raise FeedLostError(f"cannot connect to {url}: {detail}") from error
    _log.info("stream %s connected", name)
    return FeedSocket(connection, name)
