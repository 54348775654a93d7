"""Reading WebSocket frames until what a test waits for has arrived."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from websockets.asyncio.client import ClientConnection

PATIENCE_S = 5


async def read_events(socket: ClientConnection) -> list[dict[str, Any]]:
    """The events of the next frame: a frame holds one, or an array of them."""
    async with asyncio.timeout(PATIENCE_S):
        frame = json.loads(await socket.recv())
    return frame if isinstance(frame, list) else [frame]


async def read_until(socket: ClientConnection, last: str, **fields: object) -> list[dict[str, Any]]:
    """Every event up to the first of that type that has these fields."""
    seen: list[dict[str, Any]] = []
    while True:
        for event in await read_events(socket):
            seen.append(event)
            if event["event_type"] == last and fields.items() <= event.items():
                return seen


async def read_text(socket: ClientConnection) -> str:
    """The next text frame as it is."""
    async with asyncio.timeout(PATIENCE_S):
        frame = await socket.recv()
    return frame if isinstance(frame, str) else frame.decode()
