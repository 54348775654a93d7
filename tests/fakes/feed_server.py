"""A WebSocket server on loopback that a test plays by hand."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed


@dataclass(eq=False)
class Visit:
    """One connection of the client, and what it said."""

    connection: ServerConnection
    frames: list[Any] = field(default_factory=list)
    """JSON that arrived."""
    pings: int = 0
    is_over: bool = False

    async def say(self, content: Any) -> None:
        """Send JSON, or text as it is."""
        text = content if isinstance(content, str | bytes) else json.dumps(content)
        await self.connection.send(text)


@dataclass(eq=False)
class FeedServer:
    """Takes every connection, notes what it says, and answers PING while it is told to."""

    visits: list[Visit] = field(default_factory=list)
    answers_pings: bool = True
    greeting: Callable[[Any], list[Any]] = field(default=lambda frame: [])
    """What to answer each JSON frame with."""
    _server: Server | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        assert self._server is not None
        host, port = next(iter(self._server.sockets)).getsockname()[:2]
        return f"ws://{host}:{port}/ws/market"

    @property
    def now(self) -> Visit:
        """The newest connection."""
        return self.visits[-1]

    async def drop(self) -> None:
        """Cut every connection, without a farewell."""
        for visit in self.visits:
            visit.connection.transport.abort()

    async def serve(self, connection: ServerConnection) -> None:
        """One connection, until it ends."""
        visit = Visit(connection)
        self.visits.append(visit)
        with contextlib.suppress(ConnectionClosed):
            async for text in connection:
                if text == "PING":
                    visit.pings += 1
                    if self.answers_pings:
                        await connection.send("PONG")
                    continue
                frame = json.loads(text)
                visit.frames.append(frame)
                for answer in self.greeting(frame):
                    await visit.say(answer)
        visit.is_over = True


@contextlib.asynccontextmanager
async def feed_server(**settings: Any) -> AsyncIterator[FeedServer]:
    """A server on a free port, gone afterwards."""
    feeds = FeedServer(**settings)
    async with serve(feeds.serve, "127.0.0.1", 0) as server:
        feeds._server = server
        yield feeds


async def until(condition: Callable[[], object], within_s: float = 5.0) -> None:
    """Return once the condition holds; fail where it never does."""
    async with asyncio.timeout(within_s):
        while not condition():
            await asyncio.sleep(0.005)
