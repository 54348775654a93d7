"""One WebSocket of the exchange, with faults between its two ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from polyterm.simulator.faults.dropped import ConnectionDropped
from polyterm.simulator.faults.weather import Weather

PONG = "PONG"
SendText = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Cut:
    """How a socket ends: with a close frame, or with none."""

    code: int | None = None
    reset: bool = False


class Line:
    """Between the exchange and one client; its data frames go where `put` sends them."""

    def __init__(self, send: Send, weather: Weather) -> None:
        self._send = send
        self._weather = weather
        self._cut: asyncio.Future[Cut] = asyncio.get_running_loop().create_future()
        self._errands: list[asyncio.Task[None]] = []

    def cut(self, how: Cut) -> None:
        """End the connection."""
        if not self._cut.done():
            self._cut.set_result(how)

    def spawn(self, errand: Coroutine[object, object, None]) -> None:
        """Do something aside, for as long as the connection lasts."""
        self._errands.append(asyncio.create_task(errand, name="websocket fault"))

    async def emit(self, text: str) -> None:
        """Send a text frame to the client as it is."""
        await self._weather.thaw()
        await self._send({"type": "websocket.send", "text": text})

    async def run(self, app: ASGIApp, scope: Scope, receive: Receive, put: SendText) -> None:
        """Serve until the application or a cut ends it; `ConnectionDropped` where it was cut."""

        async def hear() -> Message:
            message = await receive()
            await self._weather.thaw()
            return message

        async def tell(message: Message) -> None:
            text = message.get("text")
            if message["type"] != "websocket.send" or text is None:
                await self._send(message)
            elif text == PONG:
                await self.emit(text)
            else:
                await put(text)

        serving = asyncio.ensure_future(app(scope, hear, tell))
        try:
            await asyncio.wait({serving, self._cut}, return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                return serving.result()
        finally:
            await _end(serving, *self._errands)
        return await self._hang_up(self._cut.result())

    async def _hang_up(self, cut: Cut) -> None:
        if cut.code is None:
            raise ConnectionDropped(reset=cut.reset)
        await self._send({"type": "websocket.close", "code": cut.code, "reason": ""})


async def _end(*tasks: asyncio.Future[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
