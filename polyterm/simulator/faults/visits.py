"""Requests on their way through faults: they go on though nobody waits for them any more."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from polyterm.simulator.faults.dropped import ConnectionDropped
from polyterm.simulator.faults.reply import Reply


class Visits:
    """A client that gives up does not call its request back."""

    def __init__(self) -> None:
        self._under_way: set[asyncio.Task[Reply | ConnectionDropped]] = set()

    async def attend(self, visit: Coroutine[Any, Any, Reply]) -> Reply:
        """Wait for an answer; the visit survives the one who waits."""
        task = asyncio.create_task(_outcome(visit), name="visit through faults")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        try:
            outcome = await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():
                raise ConnectionDropped from None
            raise
        if isinstance(outcome, ConnectionDropped):
            raise outcome
        return outcome

    async def end(self) -> None:
        """Drop every connection that still waits."""
        tasks = list(self._under_way)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _outcome(visit: Coroutine[Any, Any, Reply]) -> Reply | ConnectionDropped:
    # A value rather than an error, which nobody might be left to hear of.
    try:
        return await visit
    except ConnectionDropped as dropped:
        return dropped
