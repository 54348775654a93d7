"""`polyterm emergency-stop`: with the engine alive, hung, or gone."""

from __future__ import annotations

import json
from typing import Any

import click

from polyterm.cli.control_client import EngineSocket, NoAnswerError, NoEngineError
from polyterm.cli.exit_codes import ExitCode
from polyterm.cli.failure import Failure, end_unproved
from polyterm.cli.options import EXCHANGE_URL, engine_options
from polyterm.cli.tables import facts
from polyterm.cli.venue_lock import read_record

SIGN_OF_LIFE_S = 2.0
"""An engine that is well says how it is within this time; one that does not is not waited for."""
PROOF_S = 40.0
"""Longer than the engine itself waits for the proof."""


@click.command()
@EXCHANGE_URL
@engine_options
def emergency_stop(engine: EngineSocket, exchange_url: str | None, as_json: bool) -> None:
    """Cancel every order, and read back until the exchange shows none.

    Where no engine answers, the exchange is asked directly, with the stored API credentials: no
    wallet key is needed. Orders placed by hand under the same credentials are cancelled too.
    """
    try:
        engine.ask("GET", "/health", answer_s=SIGN_OF_LIFE_S)
        stop = engine.ask("POST", "/emergency-stop", answer_s=PROOF_S)
    except NoEngineError:
        stop = _directly(engine, exchange_url, "no engine runs")
    except NoAnswerError as error:
        record = read_record(engine.place.directory)
        hung = f"{error.message}; end it with kill -9 {record.pid}" if record else error.message
        stop = _directly(engine, exchange_url, hung)
    click.echo(json.dumps(stop) if as_json else facts(stop.items()))
    if stop["state"] != "STOPPED_VERIFIED":
        code = ExitCode.UNREACHABLE if stop["open_orders"] is None else ExitCode.FAILED
        end_unproved(f"not proved: {stop['reason']}; ask again", code)


def _directly(engine: EngineSocket, exchange_url: str | None, why: str) -> dict[str, Any]:
    url = exchange_url or _known_address(engine)
    if url is None and not engine.place.venue.is_real_money:
        raise Failure(f"{why}; to stop without one, name --exchange-url", ExitCode.NO_ENGINE)
    click.echo(f"polyterm: {why}; asking the exchange directly", err=True)

    from polyterm.cli.direct_stop import stop_directly

    return stop_directly(engine.place, url)


def _known_address(engine: EngineSocket) -> str | None:
    record = read_record(engine.place.directory)
    return record.exchange or None if record else None
