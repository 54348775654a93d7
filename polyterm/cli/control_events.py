"""The engine's facts as server-sent events."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import StreamingResponse

from polyterm.cli.plain import plain_event
from polyterm.engine.face import EngineFace
from polyterm.engine.store import PrunedError


async def stream_events(engine: EngineFace, request: Request) -> StreamingResponse:
    """Facts from now on, or after the journal's number in `?after=` or `Last-Event-ID`."""
    after = _after(request)
    if after is not None:
        kept_after = await engine.kept_after()
        if after < kept_after:
            raise HTTPException(410, str(PrunedError(after, kept_after)))
    return StreamingResponse(_lines(engine, after), media_type="text/event-stream")


def _after(request: Request) -> int | None:
    after = request.query_params.get("after") or request.headers.get("last-event-id")
    if after is not None and not after.isdecimal():
        raise HTTPException(400, f"after: not a number of the journal: {after!r}")
    return None if after is None else int(after)


async def _lines(engine: EngineFace, after: int | None) -> AsyncIterator[str]:
    # The first line makes the stream stand before anything happens.
    yield ": polyterm events\n\n"
    try:
        async for event in engine.events(after):
            fact = plain_event(event)
            yield f"id: {event.seq}\nevent: {fact['kind']}\ndata: {json.dumps(fact)}\n\n"
    except PrunedError as error:
        # Only who reads old facts more slowly than they leave gets here; the next try gets a 410.
        yield f"event: Pruned\ndata: {json.dumps({'message': str(error)})}\n\n"
