"""Orders between two runs of the engine: taken up at the start, called off or left at the end."""

from __future__ import annotations

import asyncio
import logging

from polyterm.engine.desk import Desk
from polyterm.engine.following import Following
from polyterm.engine.parent import Parent
from polyterm.engine.settings import RestartPolicy
from polyterm.engine.workers import Workers
from polyterm.models.complaint import Complaint, RefusedError
from polyterm.models.enums import OrderStatus

_log = logging.getLogger(__name__)

_EXIT_PATIENCE_S = 20.0
_HELD = "held after a restart: resume it to go on, or cancel it"
_WAITS_FOR_A_PERSON = frozenset({OrderStatus.PAUSED, OrderStatus.NEEDS_DECISION})


class Custody:
    """Lets held orders go on, calls orders off, and answers for all of them at once."""

    def __init__(self, desk: Desk, workers: Workers, following: Following) -> None:
        self._desk = desk
        self._workers = workers
        self._following = following

    async def resume(self, parent: Parent) -> None:
        """Let a held order go on; `RefusedError` where it is not held, or nothing may be sent."""
        if parent.record.status not in _WAITS_FOR_A_PERSON:
            raise RefusedError([Complaint("order_id", f"is {parent.record.status}, not held")])
        if self._desk.gate.closed_because:
            raise RefusedError([Complaint("", self._desk.gate.closed_because)])
        await self._following.follow_for(parent)
        parent.pause_asked = False
        self._desk.register.set_status(parent, OrderStatus.QUEUED, "resumed")
        self._workers.start(parent)

    def call_off(self, parent: Parent, reason: str) -> None:
        """Have an order ended, with proof; the wish is durable before anything is done."""
        parent.record.cancel_reason = parent.record.cancel_reason or reason
        self._desk.register.save_parent(parent)
        self._workers.start(parent)

    async def call_off_all(self, reason: str) -> None:
        """Have all orders ended, and wait for the proof as long as leaving may take."""
        for parent in self._unfinished():
            self.call_off(parent, reason)
        try:
            async with asyncio.timeout(_EXIT_PATIENCE_S):
                await self._workers.finish()
        except TimeoutError:
            left = sum(1 for _ in self._desk.register.open_children())
            _log.error("ended with %d orders not proved cancelled; the next start goes on", left)

    def start_all(self) -> None:
        """Have every order worked that has not ended: during a stop, to its end."""
        for parent in self._unfinished():
            self._workers.start(parent)

    async def take_up(self) -> None:
        """Go on with what an earlier run left, now that the exchange was compared."""
        for parent in self._unfinished():
            await self._following.follow_for(parent)
            was_at_work = parent.record.status not in _WAITS_FOR_A_PERSON
            if parent.record.cancel_reason:
                self._workers.start(parent)
            elif was_at_work and self._desk.settings.on_restart is RestartPolicy.HOLD:
                self._desk.register.set_status(parent, OrderStatus.PAUSED, _HELD)
            elif was_at_work:
                self._workers.start(parent)

    def _unfinished(self) -> list[Parent]:
        return [parent for parent in self._desk.register.parents.values() if not parent.is_final]
