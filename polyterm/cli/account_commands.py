"""Commands about money and limits: `balance`, `positions`, `limits`."""

from __future__ import annotations

import json
from typing import Any

import click

from polyterm.cli.control_client import EngineSocket
from polyterm.cli.options import engine_options
from polyterm.cli.tables import facts, table

_POSITION = ("size", "spendable", "average_cost", "micro_price", "value")


@click.command()
@engine_options
def balance(engine: EngineSocket, as_json: bool) -> None:
    """Show the cash, what is reserved, and what a new order may spend."""
    account = engine.ask("GET", "/account")
    known = {name: value for name, value in account.items() if name != "positions"}
    click.echo(json.dumps(known) if as_json else facts(known.items()))


@click.command()
@engine_options
def positions(engine: EngineSocket, as_json: bool) -> None:
    """Show the shares held, what they cost, and what they would be worth now.

    The worth is at the micro-price. A dash: there is no book, as in a market that is over.
    """
    held = engine.ask("GET", "/positions")
    click.echo(json.dumps(held) if as_json else _position_table(held))


@click.command()
@engine_options
def limits(engine: EngineSocket, as_json: bool) -> None:
    """Show the limits and habits that the running engine keeps to."""
    known = engine.ask("GET", "/limits")
    click.echo(json.dumps(known) if as_json else facts(known.items()))


def _position_table(held: list[dict[str, Any]]) -> str:
    if not held:
        return "no shares held"
    titles = ["market", "outcome", "shares", "free to sell", "average", "micro-price", "value"]
    rows = [
        [each["market"] or each["token_id"], each["outcome"], *(each[name] for name in _POSITION)]
        for each in held
    ]
    return table(titles, rows)
