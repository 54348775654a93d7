"""The dead-man's switch: the exchange cancels everything when polyterm falls silent.

Beats follow health, not life: an engine that cannot write its journal, or has been stopped, falls
silent on purpose. Once begun it cannot be taken back, so orders cannot be left resting on exit.
Source: `protocol.md` 5.4.
"""

from __future__ import annotations

import asyncio
import logging

from polyterm.engine.desk import Desk
from polyterm.engine.ports import ExchangeError

_log = logging.getLogger(__name__)

BEAT_EVERY_S = 4.0
"""The exchange wants one every 5 s, and cancels after 10 s without."""


class Heartbeat:
    """Beats while the engine is fit to hold orders."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            if not (self._desk.gate.closed_because or self._desk.journal.problem):
                try:
                    await self._desk.exchange.heartbeat()
                except ExchangeError as error:
                    _log.warning("heartbeat: %s", error)
            await asyncio.sleep(BEAT_EVERY_S)
