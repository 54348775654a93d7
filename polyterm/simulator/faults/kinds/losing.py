"""Faults of the connection: requests and answers lost, late, or twice."""

from __future__ import annotations

import asyncio
from typing import Literal

from polyterm.simulator.faults.at import Seconds
from polyterm.simulator.faults.dropped import ConnectionDropped
from polyterm.simulator.faults.fault import Land, RequestFault, When
from polyterm.simulator.faults.occasion import Occasion
from polyterm.simulator.faults.reply import Reply


class DropRequest(RequestFault, frozen=True, tag="drop_request"):
    """The connection closes before anything happens."""

    async def around(self, occasion: Occasion, land: Land) -> Reply:
        """Never let it land."""
        raise ConnectionDropped


class LandThenDropReply(RequestFault, frozen=True, tag="land_then_drop_reply"):
    """The exchange does what it was asked, and the connection closes instead of the answer."""

    async def around(self, occasion: Occasion, land: Land) -> Reply:
        """Let it land, and lose the answer."""
        await land()
        raise ConnectionDropped


class Reset(RequestFault, frozen=True, tag="reset"):
    """The connection is reset (TCP RST), before the request lands or after."""

    when: When = When.BEFORE

    async def around(self, occasion: Occasion, land: Land) -> Reply:
        """Reset the connection."""
        if self.when is When.AFTER:
            await land()
        raise ConnectionDropped(reset=True)


class Delay(RequestFault, frozen=True, tag="delay"):
    """The request lands late, though nobody may wait for its answer any more."""

    seconds: Seconds

    async def around(self, occasion: Occasion, land: Land) -> Reply:
        """Wait, then let it land."""
        await asyncio.sleep(self.seconds)
        return await land()


class DelayReply(RequestFault, frozen=True, tag="delay_reply"):
    """The request lands at once; its answer is late."""

    seconds: Seconds

    async def around(self, occasion: Occasion, land: Land) -> Reply:
        """Let it land, then wait."""
        reply = await land()
        await asyncio.sleep(self.seconds)
        return reply


class Duplicate(RequestFault, frozen=True, tag="duplicate"):
    """The request is processed twice, as by a proxy that tries again."""

    reply: Literal["first", "second"] = "first"
    """Which answer is sent."""

    async def around(self, occasion: Occasion, land: Land) -> Reply:
        """Let it land twice."""
        first = await land()
        second = await land()
        return first if self.reply == "first" else second
