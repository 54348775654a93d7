"""A word about what has left the journal, so that nobody takes a part for the whole."""

from __future__ import annotations

import click

_SETTINGS = {
    "order": "journal.keep_orders_days",
    "fact": "journal.keep_decisions_days, journal.keep_facts_days, journal.keep_orders_days",
}


def say_since(since: str | None, what: str = "fact") -> None:
    """Say on stderr since when all is there; nothing where all ever was."""
    if since is not None:
        click.echo(
            f"polyterm: before {since} not every {what} is kept any more, from then on all are "
            f"here (settings: {_SETTINGS[what]})",
            err=True,
        )
