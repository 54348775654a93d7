"""`polyterm fit-micro-price`: fit Stoikov's estimator to recorded books."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from polyterm.cli.failure import Failure
from polyterm.models.book import BookTop
from polyterm.models.money import PRICE_ONE
from polyterm.simulator.recording import BookRow, Recording, RecordingError, TickRow
from polyterm.simulator.recording_file import open_recording
from polyterm.strategies.stoikov import fit

_LEAST_BOOKS = 100
_TAIL = PRICE_ONE // 10
"""Below a dime and above ninety cents the grid changes and the end shows; it is not fitted."""


@click.command("fit-micro-price")
@click.argument(
    "recordings",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
)
@click.option("--buckets", type=click.IntRange(2, 20), default=6, show_default=True)
@click.option("--spreads", type=click.IntRange(1, 10), default=3, show_default=True)
def fit_micro_price(recordings: tuple[Path, ...], buckets: int, spreads: int) -> None:
    """Print a table for add-order's --imbalance-table: how the mid moved by imbalance and spread.

    An estimate of a few seconds, from these markets and for markets like them; without it an order
    follows the weighted mid.
    """
    tops: list[BookTop] = []
    ticks: set[int] = set()
    for path in recordings:
        try:
            recording = open_recording(path)
            ticks.add(recording.info.market.tick)
            tops += _books(recording)
        except (OSError, RecordingError) as error:
            raise Failure(str(error)) from None
    if len(ticks) > 1:
        raise Failure("these recordings have different ticks")
    if len(tops) < _LEAST_BOOKS:
        raise Failure(f"{len(tops)} books are too few to fit anything to")
    table = fit(tops, ticks.pop(), buckets, spreads)
    click.echo(json.dumps([[round(ticks_off, 4) for ticks_off in row] for row in table]))


def _books(recording: Recording) -> Iterator[BookTop]:
    """Books on the grid that the recording began with."""
    first = tick = recording.info.market.tick
    for row in recording.rows():
        if isinstance(row, TickRow):
            tick = row.tick
        elif isinstance(row, BookRow) and tick == first and _is_inside(row):
            yield BookTop(row.bids, row.asks)


def _is_inside(row: BookRow) -> bool:
    return bool(row.bids) and _TAIL < row.bids[0].price < PRICE_ONE - _TAIL
