"""Commands that read the journal, with or without an engine: `fills`, `logs`."""

from __future__ import annotations

import json
from collections import deque
from pathlib import Path

import click

from polyterm.cli.exit_codes import ExitCode
from polyterm.cli.failure import Failure
from polyterm.cli.gone import say_since
from polyterm.cli.journal_reader import JournalReader, open_journal
from polyterm.cli.log_lines import in_one_line, read_log
from polyterm.cli.options import place_options
from polyterm.cli.places import VenuePlace
from polyterm.cli.story import story
from polyterm.cli.tables import table

_FILL = ("at", "order_id", "side", "size", "price", "fee", "status")


@click.command()
@click.option("--order", "order_id", metavar="ID", help="Those of one order only.")
@click.option("--last", type=click.IntRange(1), help="The newest so many only.")
@place_options
def fills(place: VenuePlace, order_id: str | None, last: int | None, as_json: bool) -> None:
    """List the trades of our orders, oldest first."""
    with open_journal(place.database) as journal:
        _require(journal, order_id)
        if order_id is None and last is None:
            say_since(journal.orders_since(), "order")
        found = list(deque(journal.fills(order_id), maxlen=last))
    if as_json:
        click.echo(json.dumps(found))
        return
    rows = [
        [*(fill[name] for name in _FILL), "maker" if fill["is_maker"] else "taker", fill["market"]]
        for fill in found
    ]
    titles = ["at", "order", "side", "size", "price", "fee", "status", "role", "market"]
    click.echo(table(titles, rows) if rows else "no fills")


@click.command()
@click.option("--order", "order_id", metavar="ID", help="The story of one order, in words.")
@click.option("--last", type=click.IntRange(1), default=50, show_default=True, help="Log lines.")
@place_options
def logs(place: VenuePlace, order_id: str | None, last: int, as_json: bool) -> None:
    """Tell the story of an order from the journal, or show the newest lines of the log."""
    if order_id is None:
        _show_log(place.log, last, as_json)
        return
    with open_journal(place.database) as journal:
        _require(journal, order_id)
        say_since(journal.whole_since(order_id))
        events = list(journal.events(order_id))
    click.echo(json.dumps(events) if as_json else "\n".join(story(events)))


def _require(journal: JournalReader, order_id: str | None) -> None:
    if order_id is not None and not journal.knows_order(order_id):
        since = journal.orders_since()
        gone = f": what ended before {since} is not kept any more" if since else ""
        raise Failure(f"no order {order_id} in the journal{gone}", ExitCode.NOT_FOUND)


def _show_log(path: Path, last: int, as_json: bool) -> None:
    lines = deque(read_log(path), maxlen=last)
    click.echo(json.dumps(list(lines)) if as_json else "\n".join(map(in_one_line, lines)))
