"""A WebSocket without a network, of which tests decide whether its client reads."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field

from starlette.types import Message
from starlette.websockets import WebSocket


@dataclass(slots=True)
class AsgiSocket:
    """Both ends of one connection."""

    reads: bool = True
    sent: list[str] = field(default_factory=list)
    """Frames that the client took."""
    close_code: int | None = None
    _from_client: asyncio.Queue[Message] = field(default_factory=asyncio.Queue)

    def server_side(self) -> WebSocket:
        """What the channel is given."""
        self._from_client.put_nowait({"type": "websocket.connect"})
        return WebSocket({"type": "websocket"}, self._from_client.get, self._take)

    def say(self, frame: dict[str, object]) -> None:
        """Send a frame as the client."""
        self._from_client.put_nowait({"type": "websocket.receive", "text": json.dumps(frame)})

    async def _take(self, message: Message) -> None:
        if message["type"] == "websocket.close":
            self.close_code = message["code"]
        elif message["type"] == "websocket.send":
            if not self.reads:
                await asyncio.Event().wait()
            self.sent.append(message["text"])
