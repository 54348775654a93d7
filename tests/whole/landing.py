"""Where requests arrive: the application, and a witness who writes down what came and when."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field

import httpx
from starlette.types import ASGIApp, Message, Scope

_BOOKS = frozenset({"/book", "/books"})
_written_at: ContextVar[float] = ContextVar("written_at")
"""When the request that is being handled left the engine, by the loop's time."""


def request_life_s() -> float:
    """How long the request that is being handled has been under way; 0 outside of any."""
    now = asyncio.get_running_loop().time()
    return now - _written_at.get(now)


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it was written to the network."""

    method: str
    scope: Scope
    body: bytes
    at: float
    """By the loop's time."""

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
        return cls(request.method, scope, request.content, asyncio.get_running_loop().time())

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
    under_way: dict[asyncio.Future[Reply], Sent] = field(default_factory=dict)
    """Requests between their writing and the end of their answer."""
    written: Counter[str] = field(default_factory=Counter)
    """Requests that left the engine, by method and path."""
    trace: list[str] | None = None
    """Where each request is written down as it arrives, where anybody wants to know."""
    answered: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Answers of the exchange itself, by method and path, and status."""

    def note_written(self, sent: Sent) -> None:
        """A request leaves the engine."""
        self.written[f"{sent.method} {sent.scope['path']}"] += 1
        if sent.is_order:
            self.on_order_written()

    def note_market_data(self) -> None:
        """The engine is told of a book."""
        self.market_data_at = asyncio.get_running_loop().time()

    def is_quiet(self, since_s: float) -> bool:
        """Whether no request is under way that was written before then."""
        return all(sent.at >= since_s for sent in self.under_way.values())

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

        _written_at.set(sent.at)
        if self.trace is not None:
            now = asyncio.get_running_loop().time()
            self.trace.append(f"{now:.6f} {sent.method} {sent.scope['path']} {sent.body!r}")
        await self.app(dict(sent.scope), receive, send)
        self.answered[f"{sent.method} {sent.scope['path']}", started["status"]] += 1
        body = b"".join(chunks)
        if sent.scope["path"] in _BOOKS and _tells_books(body):
            self.note_market_data()
        headers = {name.decode(): value.decode() for name, value in started["headers"]}
        return Reply(started["status"], headers, body)


def _tells_books(body: bytes) -> bool:
    """Whether an answer is whole, and about books."""
    try:
        json.loads(body)
    except ValueError:
        return False
    return b'"bids"' in body
