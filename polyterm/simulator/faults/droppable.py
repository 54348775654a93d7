"""Real connections that the application can drop."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from polyterm.simulator.faults.dropped import ConnectionDropped

_LINGER_NOT = struct.pack("ii", 1, 0)
"""With this a socket is reset when it closes."""


class DroppableHttp(H11Protocol):
    """Closes without an answer on `ConnectionDropped`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        app: Any = _droppable_http(self.app, self)
        self.app = app


class DroppableWebSocket(WebSocketsSansIOProtocol):
    """Closes without a close frame on `ConnectionDropped`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        app: Any = _droppable_socket(self.app, self)
        self.app = app


def _droppable_http(app: Any, protocol: DroppableHttp) -> ASGIApp:
    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except ConnectionDropped as dropped:
            _hang_up(protocol.transport, reset=dropped.reset)
            # Only once the protocol has seen the end, it does not miss an answer.
            while (await receive())["type"] != "http.disconnect":
                continue

    return serve


def _droppable_socket(app: Any, protocol: DroppableWebSocket) -> ASGIApp:
    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except ConnectionDropped as dropped:
            _hang_up(protocol.transport, reset=dropped.reset)
            raise ClientDisconnected from None
        # A handshake that was denied is no failure of the application, as it would be logged.
        if protocol.initial_response is not None:
            raise ClientDisconnected

    return serve


def _hang_up(transport: asyncio.Transport, *, reset: bool) -> None:
    if reset:
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
    transport.abort()
