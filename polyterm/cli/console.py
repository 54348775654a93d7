"""The console from outside: settings, lock and local exchange around one session of it."""

from __future__ import annotations

import asyncio
import gc

import click

from polyterm.cli.local_exchange import local_exchange
from polyterm.cli.options import SessionFlags


def run_console(flags: SessionFlags) -> int:
    """Open the console; returns its exit code when the trader has left."""
    # A start makes much and drops little: the session collects once the first book is painted.
    gc.disable()
    with local_exchange(flags) as local:
        # Imported here, while the local exchange starts on another core.
        from polyterm.cli.console_session import run_session
        from polyterm.cli.prepare import prepare
        from polyterm.cli.session import failures_in_words
        from polyterm.cli.venue_lock import VenueLock

        prepared = prepare(flags)
        with VenueLock(prepared.place.directory) as lock, failures_in_words():
            url = prepared.settings.exchange_url if local is None else local.wait_ready()
            code = asyncio.run(run_session(prepared, url, lock))
        if local is not None and local.has_died:
            click.echo(f"polyterm: the local exchange ended early; see {local.log}", err=True)
        return code
