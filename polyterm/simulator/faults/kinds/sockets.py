"""Faults of the WebSocket channels."""

from __future__ import annotations

from typing import Annotated

import msgspec

from polyterm.simulator.faults.at import Count, Seconds
from polyterm.simulator.faults.fault import WorldFault
from polyterm.simulator.faults.line import Cut
from polyterm.simulator.faults.lines import Channel
from polyterm.simulator.faults.occasion import Occasion
from polyterm.simulator.faults.tampering import DropNth, Mute, Reorder, Repeat

MAX_FRAME = 256 * 1024 * 1024
CloseCode = Annotated[int, msgspec.Meta(ge=1000, le=4999)]
FrameBytes = Annotated[int, msgspec.Meta(ge=0, le=MAX_FRAME)]


class SocketFault(WorldFault, frozen=True, kw_only=True):
    """Concerns one channel, or both."""

    channel: Channel = Channel.BOTH


class MuteSockets(SocketFault, frozen=True, tag="ws_mute"):
    """Data stops for so long; PONG goes on."""

    seconds: Seconds

    def strike(self, occasion: Occasion) -> None:
        """Begin."""
        mute = Mute(occasion.firing, occasion.scene.clock.true, self.seconds)
        occasion.scene.lines.tamper(self.channel, mute)


class DropSockets(SocketFault, frozen=True, tag="ws_drop"):
    """Open sockets end: with a close code, or with nothing, or with a reset."""

    code: CloseCode | None = None
    reset: bool = False

    def strike(self, occasion: Occasion) -> None:
        """End them."""
        for path in occasion.scene.lines.cut(self.channel, Cut(self.code, self.reset)):
            occasion.firing.hit(path)


class DropMessage(SocketFault, frozen=True, tag="ws_drop_message"):
    """The n-th data frame from now is lost."""

    nth: Count = 1

    def strike(self, occasion: Occasion) -> None:
        """Wait for it."""
        occasion.scene.lines.tamper(self.channel, DropNth(occasion.firing, self.nth))


class RepeatMessages(SocketFault, frozen=True, tag="ws_dup"):
    """The next data frames are sent twice."""

    frames: Count = 1

    def strike(self, occasion: Occasion) -> None:
        """Wait for them."""
        occasion.scene.lines.tamper(self.channel, Repeat(occasion.firing, self.frames, 2))


class Burst(SocketFault, frozen=True, tag="ws_burst"):
    """The next data frame is sent many times over, or made very long."""

    count: Count = 100
    bytes: FrameBytes = 0
    """Least length of each; JSON allows spaces at its end."""

    def strike(self, occasion: Occasion) -> None:
        """Wait for it."""
        repeat = Repeat(occasion.firing, 1, self.count, self.bytes)
        occasion.scene.lines.tamper(self.channel, repeat)


class ReorderMessages(SocketFault, frozen=True, tag="ws_reorder"):
    """The next data frames of a socket come in another order, the first of them last."""

    frames: Annotated[int, msgspec.Meta(ge=2)] = 2
    seconds: Seconds = 1.0
    """How long they are held at most."""

    def strike(self, occasion: Occasion) -> None:
        """Wait for them."""
        reorder = Reorder(occasion.firing, occasion.random, self.frames, self.seconds)
        occasion.scene.lines.tamper(self.channel, reorder)
