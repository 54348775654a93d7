"""When the journal is pruned: a while after the start, and then a few times a day."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from polyterm.engine.clock import Clock
from polyterm.storage.errors import StoreError, TakenOverError
from polyterm.storage.pruning import FOR_EVER, Keep, Pruning

_log = logging.getLogger(__name__)

FIRST_S = 60.0
"""A start has better things to do."""
EVERY_S = 6 * 3_600.0
PAUSE_S = 0.02
"""Between two steps, so that they take a small part of the thread's time even when nobody waits."""

Step = Callable[[Pruning], Awaitable[bool]]


@asynccontextmanager
async def keeping_bounded(step: Step, keep: Keep, clock: Clock) -> AsyncGenerator[None]:
    """Let go inside the block of what is older than it is to be kept."""
    if keep == FOR_EVER:
        yield
        return
    pruning = asyncio.create_task(_now_and_then(step, keep, clock), name="pruning")
    try:
        yield
    finally:
        pruning.cancel()
        with suppress(asyncio.CancelledError):
            await pruning


async def _now_and_then(step: Step, keep: Keep, clock: Clock) -> None:
    await asyncio.sleep(FIRST_S)
    while True:
        try:
            await prune(step, Pruning(keep, clock.now_ms()))
        except TakenOverError:
            return
        except StoreError as error:
            _log.warning("the journal was not pruned: %s", error)
        await asyncio.sleep(EVERY_S)


async def prune(step: Step, pruning: Pruning, pause_s: float = PAUSE_S) -> None:
    """Go the whole way; whatever else is to be written comes between two steps."""
    is_left = True
    while is_left:
        is_left = await step(pruning)
        await asyncio.sleep(pause_s)
