"""Commands about the engine as a whole: `health`, `rearm`, `markets`."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import click

from polyterm.cli.control_client import EngineSocket
from polyterm.cli.failure import end_unproved
from polyterm.cli.options import engine_options, trading_options
from polyterm.cli.tables import facts, table


def print_status(engine: EngineSocket, as_json: bool) -> None:
    """The engine, its account and how many orders it has."""
    known = engine.ask("GET", "/status")
    click.echo(json.dumps(known) if as_json else facts(_flat(known)))


@click.command()
@engine_options
def health(engine: EngineSocket, as_json: bool) -> None:
    """Say whether the engine can trade; fails where it cannot."""
    known = engine.ask("GET", "/health")
    click.echo(json.dumps(known) if as_json else facts(_flat(known)))
    if not known["can_trade"]:
        end_unproved(f"it cannot trade: {known['problem']}")


@click.command()
@trading_options
def rearm(engine: EngineSocket, as_json: bool) -> None:
    """Lift an emergency stop that the exchange has proved."""
    stop = engine.ask("POST", "/rearm")
    click.echo(json.dumps(stop) if as_json else "the engine takes orders again")


@click.command()
@click.argument("text", required=False, default="")
@click.option(
    "--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="At most so many."
)
@engine_options
def markets(engine: EngineSocket, text: str, limit: int, as_json: bool) -> None:
    """List tradable markets, largest volume first, or search them."""
    found = engine.ask("GET", f"/markets?{urlencode({'text': text, 'limit': limit})}")
    click.echo(json.dumps(found) if as_json else _market_table(found))


def _market_table(found: list[dict[str, Any]]) -> str:
    if not found:
        return "no markets"
    return table(["market", "outcomes", "tick", "question"], map(_market_row, found))


def _market_row(market: dict[str, Any]) -> list[str]:
    outcomes = " / ".join(outcome["outcome"] for outcome in market["outcomes"])
    return [market["market"], outcomes, market["tick"], market["question"]]


def _flat(known: dict[str, Any], prefix: str = "") -> list[tuple[str, object]]:
    lines: list[tuple[str, object]] = []
    for name, value in known.items():
        if isinstance(value, dict):
            lines += _flat(value, f"{prefix}{name}.")
        elif not isinstance(value, list):
            shown = round(value, 1) if isinstance(value, float) else value
            lines.append((f"{prefix}{name}", shown))
    return lines
