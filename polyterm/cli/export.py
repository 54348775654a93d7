"""`polyterm export`: orders, fills or decisions out of the journal, for other programs."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterable
from typing import IO

import click

from polyterm.cli.exit_codes import ExitCode
from polyterm.cli.export_tables import TABLES, Table
from polyterm.cli.export_text import write_csv, write_lines
from polyterm.cli.failure import Failure
from polyterm.cli.gone import say_since
from polyterm.cli.journal_reader import open_journal
from polyterm.cli.options import place_options
from polyterm.cli.places import VenuePlace
from polyterm.cli.plain import Plain

STANDARD_OUTPUT = "-"

Write = Callable[[Table, Iterable[Plain], str, str | None], None]
"""Writes rows to a place; the time is the one since when they are all there."""


def _parquet(table: Table, rows: Iterable[Plain], out: str, since: str | None) -> None:
    if out == STANDARD_OUTPUT:
        raise Failure(
            "Parquet is no text and goes to a file only: name one with --out FILE", ExitCode.USAGE
        )
    try:
        # Heavy, and an extra that may not be installed.
        from polyterm.cli.export_parquet import write_parquet
    except ImportError as error:
        python = shlex.quote(sys.executable)
        raise Failure(
            f"Parquet needs pyarrow, which is not installed ({error}). To install it: "
            f"{python} -m pip install 'polyterm-console[parquet]'"
        ) from error
    write_parquet(table, rows, out, since)


def _text(write: Callable[[Table, Iterable[Plain], IO[str]], None]) -> Write:
    def written(table: Table, rows: Iterable[Plain], out: str, since: str | None) -> None:
        with click.open_file(out, "w", encoding="utf-8") as file:
            write(table, rows, file)

    return written


_FORMS: dict[str, Write] = {
    "csv": _text(write_csv),
    "jsonl": _text(write_lines),
    "parquet": _parquet,
}


@click.command()
@click.argument("what", type=click.Choice(list(TABLES)))
@click.option(
    "--format",
    "form",
    type=click.Choice(list(_FORMS)),
    help="CSV where not set, JSON lines with --json.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, allow_dash=True),
    default=STANDARD_OUTPUT,
    help="A file; standard output where not set.",
)
@place_options
def export(place: VenuePlace, what: str, form: str | None, out: str, as_json: bool) -> None:
    """Write orders, fills or decisions, oldest first, as CSV, JSON lines or Parquet.

    Amounts are decimal strings, times UTC; in Parquet exact decimals and timestamps. Decisions are
    all facts of all orders, in their order.
    """
    table, write = TABLES[what], _FORMS[form or ("jsonl" if as_json else "csv")]
    with open_journal(place.database) as journal:
        since = table.since(journal)
        say_since(since, table.what)
        try:
            write(table, table.rows(journal), out, since)
        except OSError as error:
            if out == STANDARD_OUTPUT:
                raise
            raise Failure(f"{out} cannot be written: {error.strerror or error}") from error
