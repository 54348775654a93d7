"""`polyterm export`: orders, fills or decisions out of the journal, for other programs."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable
from typing import IO, Any

import click

from polyterm.cli.journal_reader import JournalReader, open_journal
from polyterm.cli.options import place_options
from polyterm.cli.places import VenuePlace
from polyterm.cli.plain import Plain, moment
from polyterm.cli.story import in_words

_DECISION_FIELDS = (
    "status",
    "side",
    "price",
    "size",
    "old_price",
    "new_price",
    "fee",
    "child_id",
    "trade_id",
)

_FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet would take for a formula at the start of a text."""


@click.command()
@click.argument("what", type=click.Choice(["orders", "fills", "decisions"]))
@click.option(
    "--format", "form", type=click.Choice(["csv", "jsonl"]), default="csv", show_default=True
)
@click.option(
    "--out",
    type=click.File("w", encoding="utf-8", lazy=False),
    default="-",
    help="A file; standard output where not set.",
)
@place_options
def export(place: VenuePlace, what: str, form: str, out: IO[str], as_json: bool) -> None:
    """Write orders, fills or decisions, oldest first, as CSV or JSON lines.

    Amounts are decimal strings, times UTC. Decisions are all facts of all orders, in their order.
    """
    with open_journal(place.database) as journal:
        _FORMS["jsonl" if as_json else form](_TABLES[what](journal), out)


def _decisions(journal: JournalReader) -> Iterable[Plain]:
    for event in journal.events():
        yield {
            "seq": event["seq"],
            "at": moment(event["at_ms"]),
            "order_id": event["order_id"],
            "kind": event["kind"],
            **{name: event.get(name) for name in _DECISION_FIELDS},
            "words": in_words(event),
        }


_TABLES: dict[str, Callable[[JournalReader], Iterable[Plain]]] = {
    "orders": JournalReader.orders,
    "fills": JournalReader.fills,
    "decisions": _decisions,
}


def _write_csv(rows: Iterable[Plain], out: IO[str]) -> None:
    writer = csv.writer(out, lineterminator="\n")
    for number, row in enumerate(rows):
        if number == 0:
            writer.writerow(row)
        writer.writerow(map(_cell, row.values()))


def _write_lines(rows: Iterable[Plain], out: IO[str]) -> None:
    out.writelines(json.dumps(row) + "\n" for row in rows)


_FORMS: dict[str, Callable[[Iterable[Plain], IO[str]], None]] = {
    "csv": _write_csv,
    "jsonl": _write_lines,
}


def _cell(value: Any) -> Any:
    """The value; a text that a spreadsheet would run is quoted, because others wrote it."""
    is_formula = isinstance(value, str) and value.startswith(_FORMULA) and not _is_number(value)
    return f"'{value}" if is_formula else value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
