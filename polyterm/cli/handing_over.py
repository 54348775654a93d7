"""Handing an order to the engine, and never losing hold of it: its id is told before all else."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from polyterm.cli.control_client import EngineSocket, NoAnswerError
from polyterm.cli.failure import Failure, end_unproved
from polyterm.cli.following import follow

_UNKNOWN = "whether the order was taken is not known: polyterm list-orders --all --last 5 shows it"


def hand_over(engine: EngineSocket, body: dict[str, Any]) -> dict[str, Any]:
    """The order as it was accepted; where no answer came, that it may have been taken."""
    try:
        return engine.ask("POST", "/orders", body)
    except NoAnswerError as error:
        raise Failure(f"{error.message}; {_UNKNOWN}") from error
    except KeyboardInterrupt:
        end_unproved(f"broken off; {_UNKNOWN}")


def see_to_its_end(engine: EngineSocket, order: dict[str, Any], as_json: bool) -> dict[str, Any]:
    """Say that the order was accepted, and follow it until it has ended, or is held."""
    order_id = order["order_id"]
    try:
        if as_json:
            click.echo(json.dumps(order))
            sys.stdout.flush()
        else:
            click.echo(f"order {order_id} was accepted; Ctrl+C leaves it working", err=True)
        return follow(lambda: engine.ask("GET", f"/orders/{order_id}"))
    except KeyboardInterrupt:
        end_unproved(
            f"{order_id} goes on working: polyterm status {order_id} shows it, "
            f"polyterm cancel {order_id} ends it"
        )
    except Failure as error:
        raise Failure(
            f"{error.message}; how {order_id} ended is not known: "
            f"polyterm status {order_id} tells once an engine runs",
            error.code,
            error.complaints,
        ) from error
