"""Options that several commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import click

from polyterm.cli.control_client import EngineSocket
from polyterm.cli.places import VenuePlace, find_place
from polyterm.cli.without_settings import find_running, places_to_stop
from polyterm.models.enums import VenueName

Command = TypeVar("Command", bound=Callable[..., Any])


def one_of(words: type[StrEnum]) -> click.Choice:
    """The words of a vocabulary, whatever their case."""
    return click.Choice([word.value.lower() for word in words], case_sensitive=False)


VENUE = click.option(
    "--venue",
    type=one_of(VenueName),
    help="Which venue; demo where nothing is set.",
)
DATA_DIR = click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where polyterm keeps files.",
)
EXCHANGE_URL = click.option(
    "--exchange-url", metavar="URL", help="Address of an exchange that runs."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
REAL_MONEY = click.option(
    "--i-understand-real-money", "real_money", is_flag=True, help="Start on the live venue unasked."
)


@dataclass(frozen=True, slots=True)
class SessionFlags:
    """What the command line says about venue and exchange; nothing where it says nothing."""

    venue: VenueName | None = None
    exchange_url: str | None = None
    data_dir: Path | None = None
    recording: Path | None = None
    speed: float = 1.0
    seed: int = 0
    pace: float = 1.0
    real_money: bool = False


def session_options(command: Command) -> Command:
    """Options of what starts an engine, handed over as one `SessionFlags` called `flags`."""

    @functools.wraps(command)
    def gathered(**given: Any) -> Any:
        flags = SessionFlags(**{name: given.pop(name) for name in SessionFlags.__slots__})
        return command(flags=flags, **given)

    for option in reversed(_SESSION):
        gathered = option(gathered)
    return gathered  # pyright: ignore[reportReturnType]


_SESSION = (
    VENUE,
    click.option(
        "--recording",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help="What the replay venue plays.",
    ),
    click.option(
        "--speed",
        type=click.FloatRange(1, 60),
        default=1.0,
        show_default=True,
        help="How fast the replay runs.",
    ),
    EXCHANGE_URL,
    click.option(
        "--seed", type=int, default=0, show_default=True, help="Of the demo's random flow."
    ),
    click.option(
        "--pace",
        type=click.FloatRange(min=0, min_open=True),
        default=1.0,
        show_default=True,
        help="How lively the demo's other traders are.",
    ),
    DATA_DIR,
    REAL_MONEY,
)


def _handing_over(
    name: str, find: Callable[[str | None, Path | None, Path | None], Any]
) -> Callable[[Command], Command]:
    """Options that say which engine is meant, handed over as what `find` makes of them."""

    def decorated(command: Command) -> Command:
        @functools.wraps(command)
        def gathered(
            venue: str | None, data_dir: Path | None, socket: Path | None, **given: Any
        ) -> Any:
            return command(**{name: find(venue, data_dir, socket)}, **given)

        for option in (JSON, DATA_DIR, _SOCKET, VENUE):
            gathered = option(gathered)
        return gathered  # pyright: ignore[reportReturnType]

    return decorated


def place_options(command: Command) -> Command:
    """Options of what reads files only, handed over as the venue's place called `place`."""

    @functools.wraps(command)
    def gathered(venue: str | None, data_dir: Path | None, **given: Any) -> Any:
        return command(place=find_place(venue, data_dir), **given)

    for option in (JSON, DATA_DIR, VENUE):
        gathered = option(gathered)
    return gathered  # pyright: ignore[reportReturnType]


_SOCKET = click.option(
    "--socket", type=click.Path(path_type=Path), help="The engine's control socket."
)


def _socket_of(place: VenuePlace, root: Path | None, socket: Path | None) -> EngineSocket:
    """The place's engine; a socket that is named alone says which one of the venue is meant."""
    return EngineSocket(place, socket, any_folder=socket is not None and root is None)


engine_options = _handing_over(
    "engine", lambda venue, root, socket: _socket_of(find_running(venue, root), root, socket)
)
"""Options of what looks at a running engine, or ends something: its socket as `engine`. Settings
that cannot be used are no hindrance, see `without_settings`."""
trading_options = _handing_over(
    "engine", lambda venue, root, socket: _socket_of(find_place(venue, root), root, socket)
)
"""The same for what puts money to work: settings that cannot be used are refused."""
stop_options = _handing_over(
    "engines",
    lambda venue, root, socket: [
        _socket_of(place, root, socket) for place in places_to_stop(venue, root)
    ],
)
"""The same for the emergency stop: a socket for each venue to be stopped, as `engines`."""
