"""The garbage collector taken in hand, so that it never holds the loop for long."""

from __future__ import annotations

import asyncio
import gc
from typing import NoReturn

SETTLE_S = 5.0
"""After this long all is imported that a session needs, and it is set apart for good."""
YOUNG_EVERY_S = 0.1
MIDDLE_EVERY = 20
"""Young collections from one of the middle generation to the next."""
FULL_EVERY = 600
"""Young collections from one full collection to the next."""


async def collect_garbage() -> NoReturn:
    """Collect often and little until cancelled; what a start made is never looked at again."""
    gc.disable()
    try:
        await asyncio.sleep(SETTLE_S)
        gc.freeze()
        rounds = 0
        while True:
            await asyncio.sleep(YOUNG_EVERY_S)
            rounds += 1
            gc.collect(_generation(rounds))
    finally:
        gc.enable()


def _generation(rounds: int) -> int:
    if rounds % FULL_EVERY == 0:
        return 2
    return 1 if rounds % MIDDLE_EVERY == 0 else 0
