"""Server-sent events, given up as soon as whoever reads them hangs up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from starlette.responses import StreamingResponse
from starlette.types import Send


class EventStream(StreamingResponse):
    """Lines as they come; what they stand on is let go when the stream ends, however it does."""

    def __init__(self, lines: AsyncGenerator[str]) -> None:
        super().__init__(_in_turns(lines), media_type="text/event-stream")
        self._lines = lines

    async def stream_response(self, send: Send) -> None:
        """Send them."""
        async with aclosing(self._lines):
            await super().stream_response(send)


async def _in_turns(lines: AsyncIterator[str]) -> AsyncIterator[str]:
    async for line in lines:
        yield line
        # What is in memory comes without a pause, and only in a pause is a hang-up noticed: without
        # one thousands of lines are written to a closed socket, each with a complaint in the log.
        await asyncio.sleep(0)
