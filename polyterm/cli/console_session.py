"""The console's composition root: engine, screen and control socket in one event loop."""

from __future__ import annotations

import asyncio
import gc
import importlib
import os
import signal
from pathlib import Path

from textual.app import InvalidThemeError

from polyterm.app import PolytermApp
from polyterm.cli.failure import Failure
from polyterm.cli.prepare import Prepared
from polyterm.cli.session import open_engine
from polyterm.cli.venue_lock import VenueLock
from polyterm.config import ConsoleSettings
from polyterm.engine.clock import SystemClock
from polyterm.engine.face import EngineFace
from polyterm.engine.settings import ExitPolicy
from polyterm.models.enums import VenueName

PAINT_FILE = "POLYTERM_FIRST_PAINT_FILE"
"""Names a file for the time of the first paint: the start benchmark reads it."""


async def run_session(prepared: Prepared, url: str | None, lock: VenueLock) -> int:
    """Show the console until the trader leaves, or a signal says so; its exit code."""
    settings, painted = prepared.settings, asyncio.Event()
    async with open_engine(prepared, url, settings.engine, log_in_after=painted) as engine:
        app = _make_app(engine, prepared.place.venue, settings.console, painted)
        loop = asyncio.get_running_loop()
        for ending in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(ending, app.request_exit)
        async with asyncio.TaskGroup() as group:
            later = group.create_task(
                _after_first_paint(painted, app, engine, prepared, lock), name="after paint"
            )
            await app.run_async()
            later.cancel()
        if app.exit_choice is not None:
            engine.leave_orders_on_exit = app.exit_choice is ExitPolicy.LEAVE
        return app.return_code or 0


def _make_app(
    engine: EngineFace, venue: VenueName, console: ConsoleSettings, painted: asyncio.Event
) -> PolytermApp:
    try:
        return PolytermApp(
            engine,
            venue=venue,
            keymap=console.keymap,
            theme=console.theme,
            clock=SystemClock(),
            on_first_paint=painted.set,
        )
    except InvalidThemeError:
        raise Failure(f"console.theme: there is no theme called {console.theme!r}") from None


async def _after_first_paint(
    painted: asyncio.Event,
    app: PolytermApp,
    engine: EngineFace,
    prepared: Prepared,
    lock: VenueLock,
) -> None:
    """What can wait until the trader sees something: tidy memory, and the control socket."""
    await painted.wait()
    _note_first_paint()
    control = await asyncio.to_thread(importlib.import_module, "polyterm.cli.control")
    gc.freeze()
    try:
        async with control.open_control(engine, prepared.place, lock):
            await asyncio.Event().wait()
    except Failure as error:
        # No reason to close the console over its engine.
        app.notify(f"No control socket: {error.message}", severity="warning", markup=False)


def _note_first_paint() -> None:
    note = os.environ.get(PAINT_FILE)
    if note:
        Path(note).write_text(str(SystemClock().now_ms()), encoding="ascii")
