"""`polyterm emergency-stop`: with the engine alive, hung, or gone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import click

from polyterm.cli.control_client import EngineSocket, NoAnswerError, NoEngineError
from polyterm.cli.exit_codes import ExitCode
from polyterm.cli.failure import Failure, end_unproved
from polyterm.cli.options import EXCHANGE_URL, engine_options
from polyterm.cli.places import VenuePlace
from polyterm.cli.stop_file import StopFile
from polyterm.cli.tables import facts
from polyterm.cli.venue_lock import is_held, read_record

SIGN_OF_LIFE_S = 2.0
"""An engine that is well says how it is within this time; one that does not is not waited for."""
PROOF_S = 40.0
"""Longer than the engine itself waits for the proof."""

_LATCHED = "the stop is latched: an engine that turns again or starts is stopped, until a rearm"
_UNLATCHED = "the stop is NOT latched: an engine that turns again or starts trades on"
_HUNG = "what it was sending when it hung may still arrive once it turns: it cancels that itself"


@dataclass(frozen=True, slots=True)
class Stopped:
    """What came of a stop."""

    stop: dict[str, Any]
    unlatched: str = ""
    """Why it does not hold an engine that turns again; empty where it does."""

    @property
    def is_proved(self) -> bool:
        """Whether the exchange showed that nothing is open."""
        return self.stop["state"] == "STOPPED_VERIFIED"


@click.command()
@EXCHANGE_URL
@engine_options
def emergency_stop(engine: EngineSocket, exchange_url: str | None, as_json: bool) -> None:
    """Cancel every order, and read back until the exchange shows none.

    Where no engine answers, a stop file is set for it to find, and the exchange is asked directly,
    with the stored API credentials: no wallet key is needed. Orders placed by hand under the same
    credentials are cancelled too.
    """
    stopped = stop_engine(engine, exchange_url)
    click.echo(json.dumps(stopped.stop) if as_json else facts(stopped.stop.items()))
    if not stopped.is_proved:
        code = ExitCode.UNREACHABLE if stopped.stop["open_orders"] is None else ExitCode.FAILED
        end_unproved(f"not proved: {stopped.stop['reason']}; ask again", code)
    if stopped.unlatched:
        end_unproved(stopped.unlatched)


def stop_engine(engine: EngineSocket, exchange_url: str | None) -> Stopped:
    """Have the engine stop, or stop without it where it gives no answer."""
    try:
        engine.ask("GET", "/health", answer_s=SIGN_OF_LIFE_S)
        return Stopped(engine.ask("POST", "/emergency-stop", answer_s=PROOF_S))
    except NoEngineError:
        return _directly(engine.place, exchange_url, "it listens on no socket")
    except NoAnswerError as error:
        return _directly(engine.place, exchange_url, error.message)


def _directly(place: VenuePlace, exchange_url: str | None, silence: str) -> Stopped:
    why = _hung(place, silence) if is_held(place.directory) else "no engine runs"
    unlatched = _latch(place)
    url = exchange_url or _known_address(place)
    if url is None and not place.venue.is_real_money:
        raise Failure(f"{why}; to stop without one, name --exchange-url", ExitCode.NO_ENGINE)
    click.echo(f"polyterm: {why}; asking the exchange directly", err=True)

    from polyterm.cli.direct_stop import stop_directly

    return Stopped(stop_directly(place, url), unlatched)


def _hung(place: VenuePlace, silence: str) -> str:
    record = read_record(place.directory)
    end = f"; end it with kill -9 {record.pid}" if record else ""
    return f"an engine runs, but {silence}{end}; {_HUNG}"


def _latch(place: VenuePlace) -> str:
    """Set the stop file, before anything is cancelled; why it could not be set."""
    if not place.directory.is_dir():
        # Nothing ever ran here, so nothing can turn again.
        return ""
    try:
        StopFile(place.directory).write()
    except OSError as error:
        unlatched = f"{_UNLATCHED}: {error}"
        click.echo(f"polyterm: {unlatched}", err=True)
        return unlatched
    click.echo(f"polyterm: {_LATCHED}", err=True)
    return ""


def _known_address(place: VenuePlace) -> str | None:
    record = read_record(place.directory)
    return record.exchange or None if record else None
