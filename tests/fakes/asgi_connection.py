"""A WebSocket between a feed of the client and an application, without a network between them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Literal
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Scope
from websockets.exceptions import ConnectionClosedError
from websockets.frames import Close

from polyterm.simulator.faults.dropped import ConnectionDropped


class AsgiConnection:
    """Looks like a WebSocket library's connection to the client, like a client to the server."""

    def __init__(self, app: ASGIApp, url: str, on_frame: Callable[[bytes], None]) -> None:
        self.path = urlsplit(url).path
        self.frames = 0
        """Frames that reached the client."""
        self._on_frame = on_frame
        self._to_server: asyncio.Queue[Message] = asyncio.Queue()
        self._to_client: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._is_open = True
        self._to_server.put_nowait({"type": "websocket.connect"})
        serving = app(_scope(self.path), self._to_server.get, self._from_server)
        self._task = asyncio.ensure_future(serving)
        self._task.add_done_callback(self._served)

    @property
    def is_open(self) -> bool:
        """Whether frames still pass."""
        return self._is_open

    async def send(self, message: str) -> None:
        """A text frame from the client."""
        if not self._is_open:
            raise _closed()
        self._to_server.put_nowait({"type": "websocket.receive", "text": message})

    async def recv(self, *, decode: Literal[False]) -> bytes:
        """The next frame for the client."""
        frame = await self._to_client.get()
        if frame is None:
            self._to_client.put_nowait(None)
            raise _closed()
        self.frames += 1
        return frame

    async def close(self) -> None:
        """Closed by the client."""
        self.cut()

    def cut(self) -> None:
        """Lost for both sides at once; what was under way is gone."""
        if not self._is_open:
            return
        self._is_open = False
        self._to_client.put_nowait(None)
        self._to_server.put_nowait({"type": "websocket.disconnect", "code": 1006})

    def _served(self, serving: asyncio.Future[None]) -> None:
        self.cut()
        error = None if serving.cancelled() else serving.exception()
        if error is not None and not isinstance(error, ConnectionDropped):
            raise error

    async def _from_server(self, message: Message) -> None:
        if message["type"] == "websocket.close":
            self.cut()
        elif message["type"] == "websocket.send" and self._is_open:
            frame = message["text"].encode()
            self._on_frame(frame)
            self._to_client.put_nowait(frame)


def _closed() -> ConnectionClosedError:
    return ConnectionClosedError(Close(1006, "cut"), None)


def _scope(path: str) -> Scope:
    return {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "ws",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [],
        "subprotocols": [],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
