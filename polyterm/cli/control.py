"""Everything about the control socket in one: served, told apart, and written down."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import AsyncIterator

from polyterm.cli.control_app import control_app
from polyterm.cli.control_door import Door
from polyterm.cli.control_socket import serving
from polyterm.cli.places import VenuePlace
from polyterm.cli.venue_lock import EngineRecord, VenueLock
from polyterm.engine.face import EngineFace


@contextlib.asynccontextmanager
async def open_control(
    engine: EngineFace, place: VenuePlace, lock: VenueLock, listener: socket.socket
) -> AsyncIterator[EngineRecord]:
    """Answer commands for as long as the block runs; yields what other commands find us by."""
    async with serving(Door(control_app(engine), place), listener):
        record = EngineRecord(os.getpid(), engine.health().exchange, listener.getsockname())
        lock.announce(record)
        yield record
