"""What is settled before an engine starts: settings, files, the key, a word about real money."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import click

from polyterm.cli.exit_codes import ExitCode
from polyterm.cli.failure import Failure, unusable
from polyterm.cli.options import SessionFlags
from polyterm.cli.places import VenuePlace, find_place
from polyterm.cli.wallets import live_key, play_key
from polyterm.config import ConfigError, Settings, load_settings
from polyterm.models.enums import VenueName

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Prepared:
    """What an engine is made of."""

    place: VenuePlace
    settings: Settings
    key: str = field(repr=False)
    """The wallet's private key in hex."""


def prepare(flags: SessionFlags) -> Prepared:
    """Put settings, files and key together; `Failure` says what is missing."""
    try:
        settings = load_settings(
            venue=flags.venue, exchange_url=flags.exchange_url, paths=_paths(flags)
        )
    except ConfigError as error:
        raise unusable(error) from error
    place = find_place(settings.venue, settings.paths.data_dir)
    if not place.venue.is_real_money:
        if place.venue is VenueName.REPLAY and not (flags.recording or settings.exchange_url):
            raise Failure("the replay venue needs --recording FILE", ExitCode.USAGE)
        place.make()
        return Prepared(place, settings, play_key(place))
    _refuse_open_wire(settings.exchange_url)
    key = live_key(settings.wallet)
    _confirm_real_money(settings, flags.real_money)
    return Prepared(place.make(), settings, key)


def _paths(flags: SessionFlags) -> dict[str, object] | None:
    return None if flags.data_dir is None else {"data_dir": flags.data_dir}


def _refuse_open_wire(url: str | None) -> None:
    if url is None:
        return
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise Failure(f"{url}: real orders travel by https only")


def _confirm_real_money(settings: Settings, is_understood: bool) -> None:
    where = settings.exchange_url or "Polymarket"
    click.echo(f"About to trade REAL MONEY at {where}, with the wallet you named.", err=True)
    if is_understood:
        return
    if not sys.stdin.isatty():
        raise Failure("without a terminal, the live venue needs --i-understand-real-money")
    if not click.confirm("Go on?", default=False, err=True):
        raise Failure("not started")
