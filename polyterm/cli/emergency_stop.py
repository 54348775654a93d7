"""`polyterm emergency-stop`: with the engine alive, hung, or gone."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import click

from polyterm.cli.control_client import (
    EngineSocket,
    NoAnswerError,
    NoEngineError,
    WrongEngineError,
)
from polyterm.cli.exit_codes import ExitCode
from polyterm.cli.failure import Failure, end_unproved
from polyterm.cli.options import EXCHANGE_URL, stop_options
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
_HUNG = "what it was sending may still arrive once it turns, and it cancels that itself"


@dataclass(frozen=True, slots=True)
class Stopped:
    """What came of a stop."""

    stop: dict[str, Any]
    unlatched: str = ""
    """Why it does not hold an engine that turns again; empty where it does."""

    @property
    def problem(self) -> tuple[str, ExitCode] | None:
        """What is wrong with it, and the exit code; nothing where it is proved and holds."""
        if self.stop["state"] != "STOPPED_VERIFIED":
            code = ExitCode.UNREACHABLE if self.stop["open_orders"] is None else ExitCode.FAILED
            return f"not proved: {self.stop['reason']}; ask again", code
        return (self.unlatched, ExitCode.FAILED) if self.unlatched else None


@click.command()
@EXCHANGE_URL
@stop_options
def emergency_stop(engines: list[EngineSocket], exchange_url: str | None, as_json: bool) -> None:
    """Cancel every order, and read back until the exchange shows none.

    Where no engine answers, a stop file is set for it to find, and the exchange is asked directly,
    with the stored API credentials: no wallet key is needed. Orders placed by hand under the same
    credentials are cancelled too.

    Settings that cannot be used do not keep it from its work. Where they alone would say which
    venue is meant, every venue whose engine runs is stopped.
    """
    if len(engines) == 1:
        (engine,) = engines
        _say(stop_engine(engine, exchange_url), as_json)
        return
    _say_all(_stop_all(engines, exchange_url), as_json)


def _say(stopped: Stopped, as_json: bool) -> None:
    click.echo(json.dumps(stopped.stop) if as_json else facts(stopped.stop.items()))
    if stopped.problem is not None:
        end_unproved(*stopped.problem)


def _say_all(results: dict[str, Stopped | Failure], as_json: bool) -> None:
    """One line of JSON, or one table, a venue; fails where one of them is not stopped."""
    problems: list[tuple[str, int]] = []
    for venue, stopped in results.items():
        if isinstance(stopped, Failure):
            problems.append((f"{venue}: {stopped.message}", stopped.exit_code))
            continue
        known = {"venue": venue, **stopped.stop}
        click.echo(json.dumps(known) if as_json else facts(known.items()))
        if stopped.problem is not None:
            words, code = stopped.problem
            problems.append((f"{venue}: {words}", code))
    if problems:
        end_unproved("\npolyterm: ".join(words for words, _ in problems), ExitCode(problems[0][1]))


def _stop_all(
    engines: list[EngineSocket], exchange_url: str | None
) -> dict[str, Stopped | Failure]:
    """All at the same time, because one that hangs must not keep the others trading."""

    def stop(engine: EngineSocket) -> Stopped | Failure:
        try:
            return stop_engine(engine, exchange_url)
        except WrongEngineError:
            # The named socket is another venue's: this one is found by its own record.
            return stop(replace(engine, wanted=None))
        except Failure as failure:
            return failure

    with ThreadPoolExecutor(len(engines)) as threads:
        results = threads.map(stop, engines)
        return {engine.place.venue.value: r for engine, r in zip(engines, results, strict=True)}


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
    pid = _pid_of_running(place)
    why = "no engine runs" if pid is None else f"process {pid} runs an engine, but {silence}"
    unlatched = _latch(place)
    url = exchange_url or _known_address(place)
    if url is None and not place.venue.is_real_money:
        raise Failure(f"{why}; to stop without one, name --exchange-url", ExitCode.NO_ENGINE)
    click.echo(f"polyterm: {place.venue}: {why}; asking the exchange directly", err=True)
    if pid is not None:
        hint = f"{_HUNG}; kill -9 {pid} keeps it from turning"
        click.echo(f"polyterm: {place.venue}: {hint}", err=True)

    from polyterm.cli.direct_stop import stop_directly

    return Stopped(stop_directly(place, url), unlatched)


def _pid_of_running(place: VenuePlace) -> int | None:
    record = read_record(place.directory)
    return record.pid if record and is_held(place.directory) else None


def _latch(place: VenuePlace) -> str:
    """Set the stop file, before anything is cancelled; why it could not be set."""
    if not place.directory.is_dir():
        # Nothing ever ran here, so nothing can turn again.
        return ""
    try:
        StopFile(place.directory).write()
    except OSError as error:
        unlatched = f"{_UNLATCHED}: {error}"
        click.echo(f"polyterm: {place.venue}: {unlatched}", err=True)
        return unlatched
    click.echo(f"polyterm: {place.venue}: {_LATCHED}", err=True)
    return ""


def _known_address(place: VenuePlace) -> str | None:
    record = read_record(place.directory)
    return record.exchange or None if record else None
