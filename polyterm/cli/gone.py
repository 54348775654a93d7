"""A word about facts that have left the journal, so that nobody takes a part for the whole."""

from __future__ import annotations

import click


def say_since(since: str | None) -> None:
    """Say on stderr since when all is there; nothing where all ever was."""
    if since is not None:
        click.echo(
            f"polyterm: before {since} not every fact is kept any more, from then on all are here "
            "(settings: journal.keep_decisions_days, journal.keep_facts_days)",
            err=True,
        )
