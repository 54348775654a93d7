"""The engine's facts as server-sent events."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator

from starlette.exceptions import HTTPException
from starlette.requests import Request

from polyterm.cli.event_stream import EventStream
from polyterm.cli.plain import plain_event
from polyterm.engine.face import EngineFace
from polyterm.engine.store import PrunedError

_NUMBER = re.compile(r"[0-9]{1,18}")


async def stream_events(engine: EngineFace, request: Request) -> EventStream:
    """Facts from now on, or after the journal's number in `Last-Event-ID` or `?after=`.

    The header wins: a browser that lost the stream asks its first address again, and adds it.
    """
    after = _after(request)
    if after is not None:
        await _require_there(engine, after)
    return EventStream(_lines(engine, after))


def _after(request: Request) -> int | None:
    after = request.headers.get("last-event-id") or request.query_params.get("after")
    if after is None:
        return None
    if not _NUMBER.fullmatch(after):
        raise HTTPException(400, f"after: not a number of the journal: {after[:40]!r}")
    return int(after)


async def _require_there(engine: EngineFace, after: int) -> None:
    newest = engine.newest_fact()
    if after > newest:
        # Whoever counted further has read another journal: one from before a restore, say.
        raise HTTPException(
            416,
            f"the journal ends at {newest}, so {after} is of another one: read the orders anew, "
            f"and go on after {newest}",
        )
    kept_after = await engine.kept_after()
    if after < kept_after:
        raise HTTPException(410, str(PrunedError(after, kept_after)))


async def _lines(engine: EngineFace, after: int | None) -> AsyncGenerator[str]:
    # The first line makes the stream stand before anything happens.
    yield ": polyterm events\n\n"
    try:
        async for event in engine.events(after):
            fact = plain_event(event)
            yield f"id: {event.seq}\nevent: {fact['kind']}\ndata: {json.dumps(fact)}\n\n"
    except PrunedError as error:
        # Only who reads old facts more slowly than they leave gets here; the next try gets a 410.
        yield f"event: Pruned\ndata: {json.dumps({'message': str(error)})}\n\n"
