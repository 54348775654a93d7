"""The exchange's dead-man switch (`protocol.md` 5.4)."""

from __future__ import annotations

import msgspec

from polyterm.exchange.gateway import Gateway, Request
from polyterm.exchange.http import Answer, Lane
from polyterm.exchange.replies import decoded
from polyterm.exchange.wire import HeartbeatReply


class Heartbeat:
    """Keeps the chain of ids: each beat carries the id that the one before was answered with."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._last_id = ""

    async def beat(self) -> None:
        """Send one; from the first on, falling silent for 10 s cancels every order of the key.

        `ExchangeError` where it was not accepted. One caller at a time.
        """
        answer = await self._beat_once()
        expected = _expected_id(answer)
        if expected:
            self._last_id = expected
            answer = await self._beat_once()
        request = _request(self._last_id)
        if not 200 <= answer.status < 300:
            raise self._gateway.refusal(request, answer)
        self._last_id = self._gateway.understood(request, answer, HeartbeatReply).heartbeat_id

    async def _beat_once(self) -> Answer:
        return await self._gateway.send(_request(self._last_id))


def _request(last_id: str) -> Request:
    body = msgspec.json.encode({"heartbeat_id": last_id})
    return Request("POST", "/v1/heartbeats", Lane.CANCELS, body=body, is_private=True)


def _expected_id(answer: Answer) -> str:
    content = decoded(answer.body) if answer.status == 400 else None
    named = content.get("heartbeat_id") if isinstance(content, dict) else None
    return named if isinstance(named, str) else ""
