"""Faults of the answer: the exchange did it, and says something else."""

from __future__ import annotations

from typing import ClassVar

from polyterm.simulator.faults.fault import Land, RequestFault
from polyterm.simulator.faults.occasion import ORDER_ID, Occasion
from polyterm.simulator.faults.reply import Reply, json_reply

COULD_NOT_RUN = "could not run the execution"
"""One of the exchange's texts of status 500 (`protocol.md` 1.6)."""
NO_JSON = b'{"success": tru'


class ErrorAfterLanding(RequestFault, frozen=True, tag="500_after_land"):
    """Done, and answered by status 500."""

    async def around(self, occasion: Occasion, land: Land) -> Reply:
        """Let it land, and claim that it failed."""
        await land()
        return json_reply({"error": COULD_NOT_RUN}, 500)


class Truncate(RequestFault, frozen=True, tag="truncate"):
    """Half of the body."""

    async def around(self, occasion: Occasion, land: Land) -> Reply:
        """Let it land, and answer with the first half."""
        reply = await land()
        return reply.with_body(reply.body[: len(reply.body) // 2])


class BadJson(RequestFault, frozen=True, tag="bad_json"):
    """A body that is no JSON."""

    async def around(self, occasion: Occasion, land: Land) -> Reply:
        """Let it land, and answer with nonsense."""
        return (await land()).with_body(NO_JSON)


class WrongId(RequestFault, frozen=True, tag="wrong_id"):
    """Other order ids than the right ones."""

    may_miss: ClassVar[bool] = True

    async def around(self, occasion: Occasion, land: Land) -> Reply:
        """Let it land, and answer with ids that nobody knows."""
        reply = await land()
        other = f"0x{occasion.random.getrandbits(256):064x}"
        text, changed = ORDER_ID.subn(other, reply.body.decode())
        if changed:
            occasion.firing.hit()
        return reply.with_body(text.encode())
