"""The open WebSockets of both channels, and what is being done to their frames."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from starlette.types import ASGIApp, Receive, Scope, Send

from polyterm.simulator.faults.line import Cut, Line
from polyterm.simulator.faults.tampering import Tampering
from polyterm.simulator.faults.weather import Weather


class Channel(StrEnum):
    """Which sockets a fault concerns."""

    MARKET = "market"
    USER = "user"
    BOTH = "both"

    def covers(self, path: str) -> bool:
        """Whether a socket of this path is one of them."""
        return self is Channel.BOTH or path == f"/ws/{self.value}"


class Lines:
    """Every data frame passes through what tampers with its channel, in order of coming."""

    def __init__(self, weather: Weather) -> None:
        self._weather = weather
        self._open: dict[Line, str] = {}
        self._tampering: list[tuple[Channel, Tampering]] = []

    async def serve(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Talk to one client, by way of the faults."""
        line, path = Line(send, self._weather), scope["path"]

        async def put(text: str) -> None:
            for frame in self._tampered(path, line, text):
                await line.emit(frame)

        self._open[line] = path
        try:
            await line.run(app, scope, receive, put)
        finally:
            del self._open[line]

    def tamper(self, channel: Channel, tampering: Tampering) -> None:
        """Do this too to the frames of a channel."""
        self._tampering.append((channel, tampering))

    def cut(self, channel: Channel, how: Cut) -> list[str]:
        """End the open sockets of a channel, and return their paths."""
        concerned = [line for line, path in self._open.items() if channel.covers(path)]
        for line in concerned:
            line.cut(how)
        return [self._open[line] for line in concerned]

    def clear(self) -> None:
        """Let every frame pass as it is."""
        self._tampering.clear()

    def _tampered(self, path: str, line: Line, text: str) -> Sequence[str]:
        if not self._tampering:
            return (text,)
        frames: Sequence[str] = (text,)
        self._tampering = [entry for entry in self._tampering if not entry[1].is_over]
        for channel, tampering in self._tampering:
            if channel.covers(path):
                frames = [out for frame in frames for out in tampering.meet(line, frame)]
        return frames
