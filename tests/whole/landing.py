"""Where requests arrive: the application, and a witness who writes down what came and when."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
from starlette.types import ASGIApp, Message, Scope

_BOOKS = frozenset({"/book", "/books"})


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it was written to the network."""

    method: str
    scope: Scope
    body: bytes

    @classmethod
    def of(cls, request: httpx.Request) -> Sent:
        """What the client's library made of it."""
        url = request.url
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.split(b"?")[0],
            "query_string": url.query,
            "server": (url.host, url.port),
            "client": ("127.0.0.1", 1),
            "root_path": "",
        }
        return cls(request.method, scope, request.content)

    @property
    def is_order(self) -> bool:
        """Whether it places an order."""
        return self.method == "POST" and self.scope["path"] == "/order"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer on its way back."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Landing:
    """Hands requests to the application."""

    app: ASGIApp
    on_order_written: Callable[[], None] = lambda: None
    """Called when the bytes of an order leave the engine."""
    market_data_at: float = 0.0
    """When the engine was last told of any book, by the loop's time."""
    delayed: int = 0
    """Requests held back, which will land when nobody waits for them any more."""
    under_way: set[asyncio.Future[Reply]] = field(default_factory=set)
    """Requests between their writing and the end of their answer."""
    answered: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Answers of the exchange itself, by method and path, and status."""

    def note_written(self, sent: Sent) -> None:
        """A request leaves the engine."""
        if sent.is_order:
            self.on_order_written()

    def note_market_data(self) -> None:
        """The engine is told of a book."""
        self.market_data_at = asyncio.get_running_loop().time()

    @contextmanager
    def delaying(self) -> Generator[None]:
        """A request is held back within."""
        self.delayed += 1
        try:
            yield
        finally:
            self.delayed -= 1

    async def clear(self) -> None:
        """Lose whatever is under way."""
        lost = tuple(self.under_way)
        for request in lost:
            request.cancel()
        await asyncio.gather(*lost, return_exceptions=True)

    async def land(self, sent: Sent) -> Reply:
        """Let the application answer."""
        started: Message = {}
        chunks: list[bytes] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": sent.body, "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.update(message)
            else:
                chunks.append(message.get("body", b""))

        await self.app(dict(sent.scope), receive, send)
        self.answered[f"{sent.method} {sent.scope['path']}", started["status"]] += 1
        if sent.scope["path"] in _BOOKS:
            self.note_market_data()
        headers = {name.decode(): value.decode() for name, value in started["headers"]}
        return Reply(started["status"], headers, b"".join(chunks))
