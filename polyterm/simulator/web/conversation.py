"""One WebSocket: a reader, a bounded queue of frames to send, and how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

POLICY_VIOLATION = 1008
TRY_AGAIN_LATER = 1013
CLOSE_PATIENCE_S = 1.0
"""A client that does not read is not waited for longer than this."""


class GoodbyeError(Exception):
    """The conversation is over, for this reason."""

    def __init__(self, reason: str, code: int = POLICY_VIOLATION) -> None:
        self.code = code
        super().__init__(reason)


class Outbox:
    """Frames waiting to be sent; one too many, and the client is too slow to be kept."""

    def __init__(self, limit: int) -> None:
        self._frames: asyncio.Queue[str] = asyncio.Queue(limit)
        self._overflowed = asyncio.Event()

    def put(self, frame: bytes | str) -> None:
        """Send a text frame when its turn comes."""
        try:
            self._frames.put_nowait(frame if isinstance(frame, str) else frame.decode())
        except asyncio.QueueFull:
            self._overflowed.set()

    async def send_all(self, socket: WebSocket) -> None:
        """Send until cancelled."""
        while True:
            await socket.send_text(await self._frames.get())

    async def overflow(self) -> None:
        """Wait until the client is too slow, and say so."""
        await self._overflowed.wait()
        raise GoodbyeError("too slow", TRY_AGAIN_LATER)


async def converse(socket: WebSocket, outbox: Outbox, hear: Callable[[str], None]) -> None:
    """Hear every text frame and send what is in the outbox, until either side has enough.

    `hear` ends the conversation by raising `GoodbyeError`.
    """
    await socket.accept()
    works = (_listen(socket, hear), outbox.send_all(socket), outbox.overflow())
    tasks = [asyncio.create_task(work, name="websocket") for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        await _close(socket, done)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _listen(socket: WebSocket, hear: Callable[[str], None]) -> None:
    while True:
        hear(await socket.receive_text())


async def _close(socket: WebSocket, done: set[asyncio.Task[None]]) -> None:
    for task in done:
        error = task.exception()
        if isinstance(error, GoodbyeError) and socket.application_state is WebSocketState.CONNECTED:
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_PATIENCE_S):
                    await socket.close(error.code, str(error))
        elif error is not None and not isinstance(error, WebSocketDisconnect):
            raise error
