"""Who asked for what, and when: for judges that compare it with what a client says it sent."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from polyterm.simulator.clock import Clock

MAX_KEPT = 100_000
"""Requests kept; the oldest go first."""


@dataclass(slots=True)
class LoggedRequest:
    """One HTTP request."""

    received_ms: int
    method: str
    path: str
    query: str
    status: int | None = None
    """Nothing until the answer begins."""


class RequestLog:
    """Wraps an application, and remembers what passes through."""

    def __init__(self, app: ASGIApp, clock: Clock, kept: deque[LoggedRequest]) -> None:
        self._app = app
        self._clock = clock
        self._kept = kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note the request down before anything is done with it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        logged = LoggedRequest(
            self._clock.now_ms(), scope["method"], scope["path"], scope["query_string"].decode()
        )
        self._kept.append(logged)

        async def note_status(message: Message) -> None:
            if message["type"] == "http.response.start":
                logged.status = message["status"]
            await send(message)

        await self._app(scope, receive, note_status)
