"""When backups are made: every hour, and once more at a clean end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from polyterm.engine.clock import Clock
from polyterm.storage.backups import Backups
from polyterm.storage.errors import StoreError

_log = logging.getLogger(__name__)

EVERY_S = 3_600.0


@asynccontextmanager
async def keeping_backups(
    backups: Backups, clock: Clock, every_s: float = EVERY_S
) -> AsyncGenerator[None]:
    """Back up inside the block at every interval, and at its end unless that is an error."""
    # A thread of their own: commits do not wait for a copy, and two copies never overlap.
    with ThreadPoolExecutor(1, thread_name_prefix="backup") as thread:
        hourly = asyncio.create_task(_every(every_s, backups, clock, thread), name="backups")
        try:
            yield
        finally:
            hourly.cancel()
        await _back_up(backups, clock, thread)


async def _every(
    every_s: float, backups: Backups, clock: Clock, thread: ThreadPoolExecutor
) -> None:
    while True:
        await asyncio.sleep(every_s)
        await _back_up(backups, clock, thread)


async def _back_up(backups: Backups, clock: Clock, thread: ThreadPoolExecutor) -> None:
    loop, now_ms = asyncio.get_running_loop(), clock.now_ms()
    try:
        await loop.run_in_executor(thread, backups.make, now_ms)
    except StoreError as error:
        _log.error("%s", error)
