"""The emergency stop over the control socket: the answer waits for the proof."""

from __future__ import annotations

import asyncio

from polyterm.cli.patience import becomes_true
from polyterm.engine.face import EngineFace
from polyterm.models.views import StopView

PROOF_S = 30.0
"""How long the answer waits; the engine goes on trying for ever."""

_under_way: set[asyncio.Task[None]] = set()


async def stop_and_prove(engine: EngineFace, reason: str, patience_s: float = PROOF_S) -> StopView:
    """Stop, wait until the exchange was read back empty, and say what is known then."""
    # A task of its own: a caller who hangs up must not take the stop back with him.
    stopping = asyncio.create_task(engine.emergency_stop(reason), name="emergency stop")
    _under_way.add(stopping)
    stopping.add_done_callback(_under_way.discard)

    await becomes_true(stopping.done, patience_s)
    if stopping.done():
        stopping.result()
    return engine.health().stop
