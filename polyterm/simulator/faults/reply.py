"""A whole answer, caught before it is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from polyterm.simulator.web.answers import encode

HTML = "text/html; charset=UTF-8"
Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, headers but for the length, and body."""

    status: int
    body: bytes = b""
    headers: Headers = field(default=())

    def with_body(self, body: bytes) -> Reply:
        """The same answer with another body."""
        return replace(self, body=body)

    async def send(self, send: Send) -> None:
        """Send it as the answer to a request."""
        await self._send(send, "http.response")

    async def deny(self, send: Send) -> None:
        """Send it in place of a WebSocket's beginning."""
        await self._send(send, "websocket.http.response")

    async def _send(self, send: Send, kind: str) -> None:
        length = (b"content-length", str(len(self.body)).encode())
        headers = [*self.headers, length]
        await send({"type": f"{kind}.start", "status": self.status, "headers": headers})
        await send({"type": f"{kind}.body", "body": self.body, "more_body": False})


def json_reply(value: object, status: int, headers: Mapping[str, str] | None = None) -> Reply:
    """An answer in JSON."""
    return _typed(encode(value), status, "application/json", headers or {})


def html_reply(title: str, status: int, headers: Mapping[str, str] | None = None) -> Reply:
    """An answer of the gateway before the exchange, as a page for people."""
    page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{title}</body></html>"
    return _typed(page.encode(), status, HTML, headers or {})


def _typed(body: bytes, status: int, media_type: str, headers: Mapping[str, str]) -> Reply:
    named = {"content-type": media_type, **{k.lower(): v for k, v in headers.items()}}
    return Reply(status, body, tuple((k.encode(), v.encode()) for k, v in named.items()))


async def catch_reply(app: ASGIApp, scope: Scope, body: bytes) -> Reply:
    """Let an application handle a request whose body is known, and keep what it answers."""
    sent: list[Message] = []
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        if waiting:
            return waiting.pop()
        return await asyncio.Future[Message]()

    async def send(message: Message) -> None:
        sent.append(message)

    await app(dict(scope), receive, send)
    start, *parts = sent
    headers = tuple((k, v) for k, v in start["headers"] if k.lower() != b"content-length")
    return Reply(start["status"], b"".join(part.get("body", b"") for part in parts), headers)


async def read_body(receive: Receive) -> bytes:
    """The whole body of a request."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)
