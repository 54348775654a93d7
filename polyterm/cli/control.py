"""Everything about the control socket in one: chosen, bound, served, and written down."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

from polyterm.cli.control_app import control_app
from polyterm.cli.control_socket import bound_socket, choose_socket, serving
from polyterm.cli.places import VenuePlace
from polyterm.cli.venue_lock import EngineRecord, VenueLock
from polyterm.engine.face import EngineFace


@contextlib.asynccontextmanager
async def open_control(
    engine: EngineFace, place: VenuePlace, lock: VenueLock, wanted: Path | None = None
) -> AsyncIterator[EngineRecord]:
    """Answer commands for as long as the block runs; yields what other commands find us by."""
    path = choose_socket(place, wanted)
    with bound_socket(path) as listener:
        async with serving(control_app(engine), listener):
            record = EngineRecord(os.getpid(), engine.health().exchange, str(path))
            lock.announce(record)
            yield record
