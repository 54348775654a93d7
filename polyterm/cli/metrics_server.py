"""`/metrics` for a scraper that speaks TCP only: on 127.0.0.1, and nothing else beside it."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import AsyncIterator, Iterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from polyterm.cli.control_socket import serving
from polyterm.cli.failure import Failure
from polyterm.cli.open_metrics import CONTENT_TYPE, open_metrics
from polyterm.cli.plain import plain_family
from polyterm.engine.face import EngineFace

HOST = "127.0.0.1"


@contextlib.contextmanager
def bound_port(port: int | None) -> Iterator[socket.socket | None]:
    """Listen on the settings' port, where there is one; `Failure` where it cannot be had."""
    if port is None:
        yield None
        return
    try:
        listener = socket.create_server((HOST, port))
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise Failure(f"metrics.port: {HOST}:{port}: {why}") from error
    with listener:
        yield listener


@contextlib.asynccontextmanager
async def serving_metrics(
    engine: EngineFace, listener: socket.socket | None
) -> AsyncIterator[str | None]:
    """Answer scrapers for as long as the block runs; yields the address, nothing without a port."""
    if listener is None:
        yield None
        return
    async with serving(_metrics_app(engine), listener, "metrics"):
        yield f"http://{HOST}:{listener.getsockname()[1]}/metrics"


def answer_metrics(engine: EngineFace, request: Request) -> Response:
    """All families, as OpenMetrics text, or as JSON where that is asked for."""
    families = engine.metrics()
    if request.query_params.get("format") == "json":
        return JSONResponse([plain_family(family) for family in families])
    return Response(open_metrics(families), media_type=CONTENT_TYPE)


def _metrics_app(engine: EngineFace) -> Starlette:
    async def metrics(request: Request) -> Response:
        return answer_metrics(engine, request)

    return Starlette(routes=[Route("/metrics", metrics)])
