"""The console's composition root: engine, screen and control socket in one event loop."""

from __future__ import annotations

import asyncio
import importlib
import os
import signal
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from polyterm.cli.failure import Failure
from polyterm.cli.first_look import FirstLook
from polyterm.cli.garbage import collect_garbage
from polyterm.cli.patience import becomes_true
from polyterm.cli.prepare import Prepared
from polyterm.cli.session import open_engine
from polyterm.cli.venue_lock import VenueLock
from polyterm.engine.clock import SystemClock
from polyterm.engine.engine import Engine
from polyterm.engine.settings import ExitPolicy

if TYPE_CHECKING:
    from polyterm.app import PolytermApp

PAINT_FILE = "POLYTERM_FIRST_PAINT_FILE"
"""Names a file for the time of the first painted book: the start benchmark reads it."""
LATEST_PAINT_S = 2.0
"""How long a first book is waited for before the rest of the start goes on without it."""


async def run_session(prepared: Prepared, url: str | None, lock: VenueLock) -> int:
    """Show the console until the trader leaves, or a signal says so; its exit code."""
    painted = asyncio.Event()
    async with open_engine(prepared, url, prepared.settings.engine, log_in_after=painted) as engine:
        first_look = FirstLook(engine)
        # The exchange answers while the largest of the imports goes on beside.
        await asyncio.to_thread(importlib.import_module, "polyterm.app")
        app = _make_app(engine, prepared, first_look, painted)
        loop = asyncio.get_running_loop()
        for ending in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(ending, app.request_exit)
        async with asyncio.TaskGroup() as group:
            later = group.create_task(
                _after_first_paint(
                    painted, first_look, partial(_answer_commands, app, engine, prepared, lock)
                ),
                name="after paint",
            )
            await app.run_async()
            later.cancel()
        if app.exit_choice is not None:
            engine.leave_orders_on_exit = app.exit_choice is ExitPolicy.LEAVE
        return app.return_code or 0


def _make_app(
    engine: Engine, prepared: Prepared, first_look: FirstLook, painted: asyncio.Event
) -> PolytermApp:
    from textual.app import InvalidThemeError

    from polyterm.app import PolytermApp

    console = prepared.settings.console
    try:
        return PolytermApp(
            engine,
            venue=prepared.place.venue,
            keymap=console.keymap,
            theme=console.theme,
            clock=SystemClock(),
            markets=first_look.markets,
            on_first_book=partial(_note_first_book, painted),
        )
    except InvalidThemeError:
        raise Failure(f"console.theme: there is no theme called {console.theme!r}") from None


async def _after_first_paint(
    painted: asyncio.Event,
    first_look: FirstLook,
    answering: Callable[[], Coroutine[None, None, None]],
) -> None:
    """What can wait until the trader sees something: tidy memory, and the control socket."""
    await becomes_true(painted.is_set, LATEST_PAINT_S)
    async with asyncio.TaskGroup() as group:
        group.create_task(first_look.let_go(), name="first look over")
        group.create_task(answering(), name="control socket")
        group.create_task(collect_garbage(), name="garbage")


async def _answer_commands(
    app: PolytermApp, engine: Engine, prepared: Prepared, lock: VenueLock
) -> None:
    control = await asyncio.to_thread(importlib.import_module, "polyterm.cli.control")
    sockets = importlib.import_module("polyterm.cli.control_socket")
    try:
        with sockets.bound_socket(sockets.choose_socket(prepared.place)) as listener:
            async with control.open_control(engine, prepared.place, lock, listener):
                await asyncio.Event().wait()
    except Failure as error:
        # No reason to close the console over its engine.
        app.notify(f"No control socket: {error.message}", severity="warning", markup=False)


def _note_first_book(painted: asyncio.Event) -> None:
    painted.set()
    note = os.environ.get(PAINT_FILE)
    if note:
        Path(note).write_text(str(SystemClock().now_ms()), encoding="ascii")
