"""Which engine a command means, and which one answers: said in headers, compared by the engine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import quote, unquote

from polyterm.cli.places import VenuePlace

VENUE = "Polyterm-Venue"
"""In a request the venue that is meant, in an answer the one that is served."""
DATA_DIR = "Polyterm-Data-Dir"
"""In a request the venue's folder that is meant, quoted as in an address."""
PID = "Polyterm-Pid"
"""In an answer: the process that gives it."""
MISDIRECTED = 421
"""Status of a request that was meant for another engine; nothing was done."""


def meant(place: VenuePlace, *, any_folder: bool) -> dict[str, str]:
    """Headers of a request to the engine of that place, or of any folder of its venue."""
    venue = {VENUE: place.venue.value}
    return venue if any_folder else {**venue, DATA_DIR: quote(os.path.realpath(place.directory))}


def served(place: VenuePlace) -> dict[str, str]:
    """Headers of every answer of the engine of that place."""
    return {VENUE: place.venue.value, PID: str(os.getpid())}


def misdirected(asked: Mapping[str, str], place: VenuePlace) -> str:
    """Why a request is not for the engine of that place; empty where it is, or names none."""
    ours = f"the engine of the {place.venue} venue, process {os.getpid()}, answers there"
    venue, folder = asked.get(VENUE), asked.get(DATA_DIR)
    if venue is not None and venue != place.venue.value:
        return f"{ours}, and {venue} was meant; to mean this one, say --venue {place.venue}"
    if folder is not None and unquote(folder) != os.path.realpath(place.directory):
        root, other = place.directory.parent, os.path.dirname(unquote(folder))
        return f"{ours} for {root}, and {other} was meant; to mean this one, say --data-dir {root}"
    return ""
