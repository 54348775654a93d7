"""`polyterm add-order`: hand the running engine an order."""

from __future__ import annotations

import json
from typing import Any

import click

from polyterm.cli.control_client import EngineSocket
from polyterm.cli.failure import end_unproved
from polyterm.cli.handing_over import hand_over, see_to_its_end
from polyterm.cli.options import one_of, trading_options
from polyterm.cli.order_flags import split_params, strategy_options, unset
from polyterm.cli.tables import order_table, table
from polyterm.models.enums import EndAction, Side, Urgency
from polyterm.strategies.registry import STRATEGIES

COMMON = (
    "size",
    "max_price",
    "min_price",
    "urgency",
    "deadline_s",
    "end_action",
    "volume_cap",
    "client_key",
)
"""Fields of an order that every strategy has, and that are flags of one value."""
_AT_A_DEADLINE = frozenset({EndAction.CROSS.value, EndAction.LEAVE.value})
_NO_DEADLINE = (
    "--end-action waits for a deadline, and none is set: give --deadline-s, here or to change"
)
SIZING = tuple(name for name, strategy in STRATEGIES.items() if strategy.params.sized_by)
"""Strategies that compute their size."""


@click.command()
@click.option("--market", metavar="SLUG", help="The market; with --outcome.")
@click.option("--outcome", metavar="NAME", help="yes, no, or the outcome's own name.")
@click.option("--token", metavar="ID", help="The outcome's token, instead of market and outcome.")
@click.option("--side", type=one_of(Side), required=True)
@click.option(
    "--strategy", type=click.Choice(list(STRATEGIES), case_sensitive=False), required=True
)
@click.option(
    "--size", metavar="SHARES", help=f"Needed, but for {', '.join(SIZING)}: there it is a cap."
)
@click.option(
    "--max-price", metavar="PRICE", help="A buy never pays more dollars a share; a buy needs it."
)
@click.option(
    "--min-price",
    metavar="PRICE",
    help="A sell never takes fewer dollars a share; a sell needs it.",
)
@click.option(
    "--urgency",
    type=one_of(Urgency),
    help=f"How soon price is given up for time; {unset('urgency')}",
)
@click.option(
    "--post-only", is_flag=True, help="Only ever rest in the book: never take, nor pay for taking."
)
@click.option(
    "--deadline-s",
    metavar="SECONDS",
    help="From now until the end action comes; no deadline where not said.",
)
@click.option(
    "--end-action",
    type=one_of(EndAction),
    help=f"What the deadline does with the rest; {unset('end_action')}",
)
@click.option(
    "--volume-cap",
    metavar="PART",
    help="Largest part of what the market trades, and of a level it takes from: 0.1 is a tenth; "
    "no cap where not said.",
)
@click.option(
    "--confirmed", "--yes", "confirmed", is_flag=True, help="A large order (see limits) is meant."
)
@click.option(
    "--key",
    "client_key",
    metavar="KEY",
    help="Your own name for this order, up to 64 characters without spaces. The same line sent "
    "again answers with the same order, and orders nothing.",
)
@click.option("--wait", is_flag=True, help="Follow the order to its end.")
@click.option("--dry-run", is_flag=True, help="Show what it would do, and order nothing.")
@strategy_options
@trading_options
def add_order(
    engine: EngineSocket,
    market: str | None,
    outcome: str | None,
    token: str | None,
    side: str,
    strategy: str,
    post_only: bool,
    confirmed: bool,
    wait: bool,
    dry_run: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Check an order and queue it; prints its id at once.

    With --wait: done only where it was filled to the end; Ctrl+C leaves it working. With --json it
    prints a line as it was accepted, then one as it ended.
    """
    common = {name: given.pop(name) for name in COMMON}
    body = {
        **_target(market, outcome, token),
        **{name: value for name, value in common.items() if value is not None},
        "side": side.upper(),
        "params": split_params(strategy, given),
        "post_only": post_only,
        "confirmed": confirmed,
    }
    if "urgency" in body:
        body["urgency"] = body["urgency"].upper()
    if dry_run:
        plan = engine.ask("POST", "/orders/plan", body)
        click.echo(json.dumps(plan) if as_json else _planned(plan))
        return
    if "deadline_s" not in body and body.get("end_action") in _AT_A_DEADLINE:
        click.echo(f"polyterm: {_NO_DEADLINE}", err=True)
    order = hand_over(engine, body)
    if wait:
        order = see_to_its_end(engine, order, as_json)
    click.echo(json.dumps(order) if as_json else order_table([order]))
    if wait and order["status"] != "COMPLETED":
        end_unproved(f"{order['order_id']} is {order['status']}: {order['reason']}")


def _planned(plan: dict[str, Any]) -> str:
    lines = list(plan["words"])
    rows = [
        [number, child["size"], child["after_s"]]
        for number, child in enumerate(plan["children"], 1)
    ]
    if rows:
        lines += ["", table(["child", "shares", "after s"], rows)]
    return "\n".join(lines)


def _target(market: str | None, outcome: str | None, token: str | None) -> dict[str, Any]:
    if token is not None:
        if market or outcome:
            raise click.UsageError("--token stands alone: without --market and --outcome")
        return {"token_id": token}
    if market is None or outcome is None:
        raise click.UsageError("name the outcome: --market SLUG --outcome NAME, or --token ID")
    return {"market": market, "outcome": outcome}
