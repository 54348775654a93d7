"""Waiting for something to become true, for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

LOOK_S = 0.02


async def becomes_true(is_done: Callable[[], bool], patience_s: float) -> bool:
    """Look until it is true; false where it did not become so in time."""
    try:
        async with asyncio.timeout(patience_s):
            # The engine's facts tell of changes, but its views are what an answer shows.
            while not is_done():  # noqa: ASYNC110
                await asyncio.sleep(LOOK_S)
    except TimeoutError:
        return False
    return True
