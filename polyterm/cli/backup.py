"""`polyterm backup`: a checked copy of the journal, made beside a running engine or without one."""

from __future__ import annotations

import json
import time

import click

from polyterm.cli.exit_codes import ExitCode
from polyterm.cli.failure import Failure
from polyterm.cli.options import place_options
from polyterm.cli.places import VenuePlace
from polyterm.cli.tables import table


@click.command()
@click.option("--list", "only_list", is_flag=True, help="Make none; show those that are kept.")
@place_options
def backup(place: VenuePlace, only_list: bool, as_json: bool) -> None:
    """Copy a venue's journal into its folder of backups, where the newest ten are kept."""
    from polyterm.storage.backups import Backups
    from polyterm.storage.errors import StoreError

    if not place.database.is_file():
        raise Failure(f"no journal at {place.database}", ExitCode.NOT_FOUND)
    backups = Backups(place.database)
    if not only_list:
        try:
            made = backups.make(time.time_ns() // 1_000_000)
        except StoreError as error:
            raise Failure(str(error)) from error
        click.echo(json.dumps({"backup": str(made)}) if as_json else str(made))
        return
    kept = [{"backup": str(each), "bytes": each.stat().st_size} for each in backups.newest_first()]
    rows = [tuple(each.values()) for each in kept]
    click.echo(json.dumps(kept) if as_json else table(["backup", "bytes"], rows))
