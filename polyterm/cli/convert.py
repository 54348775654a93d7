"""`polyterm convert`: make a recording out of a CSV file of best quotes."""

from __future__ import annotations

from pathlib import Path

import click

from polyterm.cli.failure import Failure


@click.command()
@click.argument(
    "source", metavar="CSV", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.argument("target", metavar="OUT", type=click.Path(dir_okay=False, path_type=Path))
def convert(source: Path, target: Path) -> None:
    """Write the quotes in CSV to OUT, for polyterm --venue replay --recording OUT."""
    from polyterm.simulator.convert import convert_csv
    from polyterm.simulator.recording import RecordingError

    try:
        recording = convert_csv(source, target)
    except (RecordingError, OSError) as error:
        raise Failure(str(error)) from error
    click.echo(f"{target}: {recording.market.question}")
