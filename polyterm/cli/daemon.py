"""`polyterm daemon`: the engine without a screen."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from polyterm.cli.garbage import collect_garbage
from polyterm.cli.local_exchange import local_exchange
from polyterm.cli.options import SessionFlags, session_options
from polyterm.cli.prepare import Prepared, prepare
from polyterm.cli.sd_notify import keep_alive, notify
from polyterm.cli.venue_lock import VenueLock
from polyterm.engine.settings import EngineSettings, RestartPolicy

if TYPE_CHECKING:
    from polyterm.engine.engine import Engine

_log = logging.getLogger(__name__)

READY_S = 10.0
"""How long the ready line waits for an exchange that does not answer."""
_ENDINGS = (signal.SIGTERM, signal.SIGINT)


@click.command()
@click.option("--socket", type=click.Path(path_type=Path), help="Where to put the control socket.")
@session_options
def daemon(flags: SessionFlags, socket: Path | None) -> None:
    """Run the engine until SIGTERM; prints one JSON line when it is ready.

    SIGHUP reads the settings again. A service manager is told by sd_notify.
    """
    prepared = prepare(flags)
    with VenueLock(prepared.place.directory) as lock, local_exchange(flags) as local:
        from polyterm.cli.session import failures_in_words

        with failures_in_words():
            url = prepared.settings.exchange_url if local is None else local.wait_ready()
            asyncio.run(_serve(prepared, url, lock, socket))


async def _serve(prepared: Prepared, url: str | None, lock: VenueLock, socket: Path | None) -> None:
    from polyterm.cli.control import open_control
    from polyterm.cli.control_socket import bound_socket, choose_socket
    from polyterm.cli.metrics_server import bound_port, serving_metrics
    from polyterm.cli.reload import reload_settings
    from polyterm.cli.session import open_engine

    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for ending in _ENDINGS:
        loop.add_signal_handler(ending, _end, ended, ending)
    settings = _settings(prepared.settings.engine)
    async with contextlib.AsyncExitStack() as stack:
        # Before the engine: one that had to end at once over a taken port would end its orders.
        listener = stack.enter_context(bound_socket(choose_socket(prepared.place, socket)))
        scraped = stack.enter_context(bound_port(prepared.settings.metrics.port))
        engine = await stack.enter_async_context(open_engine(prepared, url, settings))
        record = await stack.enter_async_context(
            open_control(engine, prepared.place, lock, listener)
        )
        metrics = await stack.enter_async_context(serving_metrics(engine, scraped))
        loop.add_signal_handler(signal.SIGHUP, reload_settings, engine)
        await _until_compared(engine, ended)
        ready = {"ready": True, "socket": record.socket, "pid": record.pid}
        if metrics is not None:
            ready["metrics"] = metrics
        ready |= {"venue": prepared.place.venue.value, **_standing(engine)}
        click.echo(json.dumps(ready))
        await _run_until(ended, engine)


def _end(ended: asyncio.Event, ending: signal.Signals) -> None:
    _log.info("%s: ending", ending.name)
    ended.set()


def _standing(engine: Engine) -> dict[str, object]:
    """Whether orders can be sent, and why not: a daemon is ready to be asked before that."""
    health = engine.health()
    why = {} if health.can_trade else {"problem": health.problem}
    return {"can_trade": health.can_trade, **why}


async def _run_until(ended: asyncio.Event, engine: Engine) -> None:
    notify("READY=1", _status(engine))
    beside = (
        asyncio.create_task(keep_alive(), name="watchdog"),
        asyncio.create_task(collect_garbage(), name="garbage"),
        asyncio.create_task(_tell_once_compared(engine), name="status"),
    )
    try:
        await ended.wait()
    finally:
        for task in beside:
            task.cancel()
        notify("STOPPING=1", "STATUS=cancelling what is open")


async def _tell_once_compared(engine: Engine) -> None:
    before = _status(engine)
    await engine.ready()
    if _status(engine) != before:
        notify(_status(engine))


def _status(engine: Engine) -> str:
    problem = _standing(engine).get("problem")
    return f"STATUS=sends nothing: {problem}" if problem else "STATUS=working orders"


async def _until_compared(engine: Engine, ended: asyncio.Event) -> None:
    """Give the engine time to compare its journal with the exchange; it goes on where not."""
    waits = [asyncio.create_task(engine.ready()), asyncio.create_task(ended.wait())]
    await asyncio.wait(waits, timeout=READY_S, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()


def _settings(engine: EngineSettings) -> EngineSettings:
    """Nobody watches a daemon: it goes on after a restart, unless the settings say otherwise."""
    if "on_restart" in engine.model_fields_set:
        return engine
    return engine.model_copy(update={"on_restart": RestartPolicy.RESUME})
