"""`polyterm add-order`: hand the running engine an order."""

from __future__ import annotations

import json
from typing import Any

import click

from polyterm.cli.control_client import EngineSocket
from polyterm.cli.options import engine_options
from polyterm.cli.order_flags import split_params, strategy_options
from polyterm.cli.tables import order_table
from polyterm.models.enums import EndAction, Side, StrategyName, Urgency

_COMMON = (
    "size",
    "max_price",
    "min_price",
    "urgency",
    "deadline_s",
    "end_action",
)


def _one_of(
    words: type[Side] | type[StrategyName] | type[Urgency] | type[EndAction],
) -> click.Choice:
    return click.Choice([word.value.lower() for word in words], case_sensitive=False)


@click.command()
@click.option("--market", metavar="SLUG", help="The market; with --outcome.")
@click.option("--outcome", metavar="NAME", help="yes, no, or the outcome's own name.")
@click.option("--token", metavar="ID", help="The outcome's token, instead of market and outcome.")
@click.option("--side", type=_one_of(Side), required=True)
@click.option("--strategy", type=_one_of(StrategyName), required=True)
@click.option("--size", metavar="SHARES", help="Shares; caps the size that Kelly computes.")
@click.option("--max-price", metavar="PRICE", help="A buy never pays more per share.")
@click.option("--min-price", metavar="PRICE", help="A sell never takes less per share.")
@click.option("--urgency", type=_one_of(Urgency), help="How soon price is given up for time.")
@click.option("--post-only", is_flag=True, help="Only ever rest in the book.")
@click.option("--deadline-s", metavar="SECONDS", help="When the end action comes.")
@click.option("--end-action", type=_one_of(EndAction), help="What the deadline does with the rest.")
@click.option("--confirmed", "--yes", "confirmed", is_flag=True, help="A large order is meant.")
@strategy_options
@engine_options
def add_order(
    engine: EngineSocket,
    market: str | None,
    outcome: str | None,
    token: str | None,
    side: str,
    strategy: str,
    post_only: bool,
    confirmed: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Check an order and queue it; prints its id at once."""
    common = {name: given.pop(name) for name in _COMMON}
    body = {
        **_target(market, outcome, token),
        **{name: value for name, value in common.items() if value is not None},
        "side": side.upper(),
        "params": split_params(StrategyName(strategy), given),
        "post_only": post_only,
        "confirmed": confirmed,
    }
    if "urgency" in body:
        body["urgency"] = body["urgency"].upper()
    order = engine.ask("POST", "/orders", body)
    click.echo(json.dumps(order) if as_json else order_table([order]))


def _target(market: str | None, outcome: str | None, token: str | None) -> dict[str, Any]:
    if token is not None:
        if market or outcome:
            raise click.UsageError("--token stands alone: without --market and --outcome")
        return {"token_id": token}
    if market is None or outcome is None:
        raise click.UsageError("name the outcome: --market SLUG --outcome NAME, or --token ID")
    return {"market": market, "outcome": outcome}
