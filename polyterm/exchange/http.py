"""HTTP in three lanes, so that a cancel never waits behind orders or reads.

Nothing here is ever sent twice: whether a request may be repeated is for the caller to know.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from polyterm import __version__
from polyterm.engine.clock import Clock
from polyterm.engine.ports import UnreachableError

if TYPE_CHECKING:
    import httpx

_log = logging.getLogger(__name__)

USER_AGENT = f"polyterm/{__version__}"
"""Stated, because Cloudflare refuses the default of some libraries (`protocol.md` 0.2)."""


class NotSentError(UnreachableError):
    """The request failed before any byte of it left."""


class NoAnswerError(UnreachableError):
    """The request may have arrived; no whole answer came back."""


class Lane(StrEnum):
    """Which connections a request uses."""

    ORDERS = "orders"
    CANCELS = "cancels"
    READS = "reads"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Names in lower case."""


@dataclass(frozen=True, slots=True)
class _Shape:
    connections: int
    kept_alive: int
    read_s: float
    pool_s: float


_SHAPES = {
    Lane.ORDERS: _Shape(connections=16, kept_alive=8, read_s=10.0, pool_s=2.0),
    Lane.CANCELS: _Shape(connections=16, kept_alive=4, read_s=10.0, pool_s=2.0),
    Lane.READS: _Shape(connections=16, kept_alive=8, read_s=10.0, pool_s=5.0),
}
_CONNECT_S = 5.0
_WRITE_S = 5.0
_KEEP_ALIVE_S = 55.0


class Http:
    """One pool of HTTP/1.1 connections a lane."""

    def __init__(
        self,
        clock: Clock,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        use_proxies: bool = True,
        is_encrypted: bool = True,
    ) -> None:
        """Without encryption no certificates are read, and none is trusted."""
        # Imported here: httpx brings in a terminal toolkit that trading code stays clear of.
        import httpx

        self._clock = clock
        self._not_sent = (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.PoolTimeout,
            httpx.ProxyError,
            httpx.UnsupportedProtocol,
        )
        self._failed = httpx.RequestError
        tls = (
            httpx.create_ssl_context() if is_encrypted else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        )
        self._lanes = {
            lane: httpx.AsyncClient(
                transport=transport,
                verify=tls,
                trust_env=use_proxies,
                headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
                timeout=httpx.Timeout(
                    connect=_CONNECT_S, read=shape.read_s, write=_WRITE_S, pool=shape.pool_s
                ),
                limits=httpx.Limits(
                    max_connections=shape.connections,
                    max_keepalive_connections=shape.kept_alive,
                    keepalive_expiry=_KEEP_ALIVE_S,
                ),
            )
            for lane, shape in _SHAPES.items()
        }
        self.latency_ms: float | None = None
        """Round trip of the last answered request."""

    async def request(
        self,
        lane: Lane,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Answer:
        """Send once; `NotSentError` or `NoAnswerError` where no answer came."""
        if self._lanes[lane].is_closed:
            raise NotSentError(f"{method} {url}: the client was closed")
        started = self._clock.monotonic()
        typed = {**(headers or {}), **({"Content-Type": "application/json"} if body else {})}
        try:
            response = await self._lanes[lane].request(
                method, url, params=params, headers=typed, content=body or None
            )
        except self._not_sent as error:
            self._note(method, url, type(error).__name__, started)
            raise NotSentError(_told(method, url, error)) from error
        except self._failed as error:
            self._note(method, url, type(error).__name__, started)
            raise NoAnswerError(_told(method, url, error)) from error
        self._note(method, url, response.status_code, started)
        self.latency_ms = (self._clock.monotonic() - started) * 1000
        return Answer(
            response.status_code,
            response.content,
            {name.lower(): value for name, value in response.headers.items()},
        )

    def _note(self, method: str, url: str, outcome: object, started: float) -> None:
        """Log a request by its path alone: parameters, headers and bodies are nobody's to read."""
        if _log.isEnabledFor(logging.DEBUG):
            took_ms = (self._clock.monotonic() - started) * 1000
            _log.debug("%s %s: %s, %.0f ms", method, urlsplit(url).path, outcome, took_ms)

    async def aclose(self) -> None:
        """Close every connection."""
        for client in self._lanes.values():
            await client.aclose()


def _told(method: str, url: str, error: Exception) -> str:
    detail = str(error) or type(error).__name__
    return f"{method} {url}: {detail}"
