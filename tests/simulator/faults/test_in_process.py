"""The same application without any server around it."""

from __future__ import annotations

import asyncio
import json

import pytest
from starlette.types import Message

from polyterm.simulator.faults.dropped import ConnectionDropped
from tests.simulator.faults.stage import RAIN_ID, YES, Stage, in_virtual_time, staged


class InProcessSocket:
    """Both ends of a WebSocket, as an application sees it."""

    def __init__(self, stage: Stage, path: str) -> None:
        self.sent: list[Message] = []
        self._heard: asyncio.Queue[Message] = asyncio.Queue()
        self._heard.put_nowait({"type": "websocket.connect"})
        scope = {"type": "websocket", "path": path, "raw_path": path.encode(), "headers": []}
        self.serving = asyncio.ensure_future(stage.app(scope, self._heard.get, self._take))

    def say(self, frame: dict[str, object]) -> None:
        self._heard.put_nowait({"type": "websocket.receive", "text": json.dumps(frame)})

    async def _take(self, message: Message) -> None:
        self.sent.append(message)


@pytest.mark.parametrize("reset", [False, True])
@in_virtual_time
async def test_a_dropped_socket_raises_out_of_the_application(reset):
    async with staged({"at": {"t": 5}, "do": "ws_drop", "reset": reset}) as stage:
        socket = InProcessSocket(stage, "/ws/market")
        socket.say({"type": "market", "assets_ids": [YES]})
        with pytest.raises(ConnectionDropped) as caught:
            await socket.serving
        assert caught.value.reset is reset
        assert asyncio.get_running_loop().time() == 5
        assert [message["type"] for message in socket.sent] == [
            "websocket.accept",
            "websocket.send",
        ]
        assert [(f.kind, f.subjects) for f in stage.fired] == [("ws_drop", ["/ws/market"])]


@in_virtual_time
async def test_sockets_are_dropped_again_and_again():
    fault = {"at": {"t": 1, "every": 2}, "do": "ws_drop", "code": 1001, "times": 3}
    async with staged(fault) as stage:
        ends: list[float] = []
        for _ in range(3):
            await InProcessSocket(stage, "/ws/user").serving
            ends.append(asyncio.get_running_loop().time())
        assert ends == [1, 3, 5]
        lasting = InProcessSocket(stage, "/ws/user")
        await asyncio.sleep(60)
        assert not lasting.serving.done()
        lasting.serving.cancel()
        assert stage.kinds() == ["ws_drop"] * 3


@in_virtual_time
async def test_a_socket_refused_without_an_answer_is_closed():
    async with staged({"at": {"request": "WS /ws/user"}, "do": "403"}) as stage:
        socket = InProcessSocket(stage, "/ws/user")
        await socket.serving
        assert [message["type"] for message in socket.sent] == ["websocket.close"]
        assert stage.kinds() == ["403"]


@in_virtual_time
async def test_held_messages_are_given_up_in_virtual_time_too():
    fault = {"at": {"t": 1}, "do": "ws_reorder", "channel": "market", "frames": 9, "seconds": 30}
    async with staged(fault) as stage:
        socket = InProcessSocket(stage, "/ws/market")
        socket.say({"type": "market", "assets_ids": [YES]})
        await asyncio.sleep(2)
        stage.exchange.set_tick(RAIN_ID, 10)
        await asyncio.sleep(29)
        assert len(socket.sent) == 2
        await asyncio.sleep(2)
        assert json.loads(socket.sent[2]["text"])["event_type"] == "tick_size_change"
        socket.serving.cancel()
