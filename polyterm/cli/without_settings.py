"""Which venue is meant where the settings file cannot be used: a stop must not wait for its repair.

Only for commands that look, or that end something. What stands above the fault still counts, and
flags and variables always do; for the rest it is seen which engines run.
"""

from __future__ import annotations

import contextlib
import tomllib
from pathlib import Path
from typing import Any

import click

from polyterm.cli.exit_codes import ExitCode
from polyterm.cli.failure import Failure
from polyterm.cli.places import SettingsFault, VenuePlace, config_file, find_place, named_venue
from polyterm.cli.venue_lock import is_held
from polyterm.models.enums import VenueName


def find_running(venue: str | None, data_dir: Path | None) -> VenuePlace:
    """The venue's files; the one whose engine runs, where usable settings are missing to say so."""
    try:
        return find_place(venue, data_dir)
    except SettingsFault as fault:
        place, is_meant = _readable(venue, data_dir)
        running = [] if is_meant else _running(place)
        if len(running) > 1:
            names = " and ".join(one.venue for one in running)
            reason = f"{fault.message}; engines run on {names}: say which with --venue"
            raise Failure(reason, ExitCode.USAGE) from fault
        chosen = (*running, place)[0]
        _warn(fault, (chosen,))
        return chosen


def places_to_stop(venue: str | None, data_dir: Path | None) -> tuple[VenuePlace, ...]:
    """Where an emergency stop is carried out: too many rather than too few.

    Each venue has credentials of its own, so one that was not meant is asked with its own as well.
    """
    try:
        return (find_place(venue, data_dir),)
    except SettingsFault as fault:
        place, is_meant = _readable(venue, data_dir)
        running = [] if named_venue(venue) else _running(place)
        meant = [place] if is_meant and place not in running else []
        chosen = tuple(meant + running or _used(place) or [place])
        _warn(fault, chosen)
        return chosen


def _readable(venue: str | None, data_dir: Path | None) -> tuple[VenuePlace, bool]:
    """The place by flags, variables and the sound part of the file; whether these name a venue."""
    part = _sound_part()
    return find_place(venue, data_dir, lambda: part), bool(named_venue(venue) or "venue" in part)


def _sound_part() -> dict[str, Any]:
    """What stands above the fault; without what is of no use to find a place."""
    try:
        lines = config_file().read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return {}
    for end in range(len(lines), 0, -1):
        with contextlib.suppress(tomllib.TOMLDecodeError):
            part = tomllib.loads("\n".join(lines[:end]))
            return {name: part[name] for name, fits in _FITS.items() if fits(part.get(name))}
    return {}


_FITS = {
    "venue": lambda venue: venue in list(VenueName),
    "paths": lambda paths: isinstance(paths, dict) and isinstance(paths.get("data_dir"), str),
}


def _beside(place: VenuePlace) -> list[VenuePlace]:
    return [VenuePlace(name, place.directory.with_name(name.value)) for name in VenueName]


def _running(place: VenuePlace) -> list[VenuePlace]:
    return [one for one in _beside(place) if is_held(one.directory)]


def _used(place: VenuePlace) -> list[VenuePlace]:
    """Venues that could have orders at an exchange, and credentials to cancel them."""
    return [one for one in _beside(place) if one.credentials.is_file()]


def _warn(fault: SettingsFault, chosen: tuple[VenuePlace, ...]) -> None:
    taken = " and ".join(f"{one.venue} ({one.directory})" for one in chosen)
    click.echo(f"polyterm: the settings cannot be used: {fault.message}", err=True)
    click.echo(f"polyterm: going on without them, on {taken}", err=True)
