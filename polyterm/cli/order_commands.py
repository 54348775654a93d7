"""Commands about orders: `list-orders`, `status`, `cancel`, `pause`, `resume`."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

import click

from polyterm.cli.control_client import EngineSocket
from polyterm.cli.engine_commands import print_status
from polyterm.cli.failure import end_unproved
from polyterm.cli.options import engine_options, one_of, trading_options
from polyterm.cli.tables import facts, order_table, table
from polyterm.cli.watching import changes, show_each
from polyterm.models.enums import OrderStatus, Side, Urgency

_FINAL = frozenset({"COMPLETED", "CANCELLED", "FAILED"})
_UNPROVED = "asked for, and not proved by the exchange yet"


def _strategies(context: click.Context, option: click.Parameter, typed: str) -> list[str]:
    # Only a shell that completes waits for their models.
    from polyterm.strategies.registry import STRATEGIES

    return [name for name in STRATEGIES if name.startswith(typed)]


@click.command()
@click.option("--all", "everything", is_flag=True, help="Those that have ended, too.")
@click.option("--status", type=one_of(OrderStatus), help="Those in that status, ended or not.")
@click.option(
    "--strategy",
    metavar="NAME",
    help="Those of that strategy, such as iceberg.",
    shell_complete=_strategies,
)
@click.option("--side", type=one_of(Side), help="Buys or sells.")
@click.option("--market", metavar="SLUG", help="Those in that market.")
@click.option("--last", type=click.IntRange(1), help="The newest so many only.")
@click.option("--watch", is_flag=True, help="Go on until Ctrl+C.")
@engine_options
def list_orders(
    engine: EngineSocket, everything: bool, watch: bool, as_json: bool, **filters: str | int | None
) -> None:
    """Show the orders, newest first."""
    asked = {name: value for name, value in filters.items() if value is not None}
    path = f"/orders?{urlencode({'all': int(everything), **asked})}"
    if watch:
        show_each(changes(lambda: engine.ask("GET", path)), order_table, as_json)
        return
    orders = engine.ask("GET", path)
    click.echo(json.dumps(orders) if as_json else order_table(orders))


@click.command()
@click.argument("order_id", required=False)
@engine_options
def status(engine: EngineSocket, order_id: str | None, as_json: bool) -> None:
    """Show the engine, or one order with its children and fills."""
    if order_id is None:
        print_status(engine, as_json)
        return
    order = engine.ask("GET", _path(order_id))
    click.echo(json.dumps(order) if as_json else _described(order))


@click.command()
@click.argument("order_id", required=False)
@click.option("--all", "everything", is_flag=True, help="Every order that has not ended.")
@engine_options
def cancel(engine: EngineSocket, order_id: str | None, everything: bool, as_json: bool) -> None:
    """End an order; done once the exchange has proved it."""
    if everything == (order_id is not None):
        raise click.UsageError("name one order, or --all")
    answer = engine.ask("DELETE", "/orders" if order_id is None else _path(order_id))
    orders = answer if order_id is None else [answer]
    _print(answer, orders, as_json)
    unproved = [order["order_id"] for order in orders if order["status"] not in _FINAL]
    if unproved:
        end_unproved(f"{_UNPROVED}: {', '.join(unproved)}")


@click.command()
@click.argument("order_id")
@engine_options
def pause(engine: EngineSocket, order_id: str, as_json: bool) -> None:
    """Take an order's children out of the book, and hold it; done once that is proved."""
    order = engine.ask("POST", f"{_path(order_id)}/pause")
    _print(order, [order], as_json)
    status = order["status"]
    if status in _FINAL or status == "NEEDS_DECISION":
        end_unproved(f"{order_id} is {status}, not paused: {order['reason']}")
    if status != "PAUSED":
        end_unproved(f"{_UNPROVED}: {order_id}")


@click.command()
@click.argument("order_id")
@trading_options
def resume(engine: EngineSocket, order_id: str, as_json: bool) -> None:
    """Let a held order go on."""
    order = engine.ask("POST", f"{_path(order_id)}/resume")
    _print(order, [order], as_json)


@click.command()
@click.argument("order_id")
@click.option("--size", metavar="SHARES", help="Shares in all, those filled included.")
@click.option("--max-price", metavar="PRICE", help="A buy never pays more per share.")
@click.option("--min-price", metavar="PRICE", help="A sell never takes less per share.")
@click.option("--urgency", type=one_of(Urgency), help="How soon price is given up for time.")
@click.option("--deadline-s", metavar="SECONDS", help="From now until the end action comes.")
@click.option("--confirmed", "--yes", "confirmed", is_flag=True, help="A large order is meant.")
@click.option("--dry-run", is_flag=True, help="Show what it would change, and change nothing.")
@trading_options
def change(
    engine: EngineSocket,
    order_id: str,
    confirmed: bool,
    dry_run: bool,
    as_json: bool,
    **given: str | None,
) -> None:
    """Give a working order another size, limit, urgency or deadline."""
    wanted = {name: value for name, value in given.items() if value is not None}
    if not wanted:
        raise click.UsageError("say what is to change: --size, --max-price, --urgency, ...")
    if "urgency" in wanted:
        wanted["urgency"] = wanted["urgency"].upper()
    if dry_run:
        plan = engine.ask("POST", f"{_path(order_id)}/plan", wanted)
        risks = (f"▲ {risk}" for risk in plan["risks"])
        click.echo(json.dumps(plan) if as_json else "\n".join((*plan["words"], *risks)))
        return
    order = engine.ask("PATCH", _path(order_id), {**wanted, "confirmed": confirmed})
    _print(order, [order], as_json)


def _path(order_id: str) -> str:
    return f"/orders/{quote(order_id, safe='')}"


def _print(answer: Any, orders: list[dict[str, Any]], as_json: bool) -> None:
    click.echo(json.dumps(answer) if as_json else order_table(orders))


def _described(order: dict[str, Any]) -> str:
    history = order["history"]
    known = [(name, value) for name, value in order.items() if name not in {"history", "working"}]
    children = [
        [child["price"], child["size"], child["matched"], child["status"], child["reason"]]
        for child in history["children"]
    ]
    parts = [facts(known)]
    if children:
        parts.append(table(["child at", "size", "matched", "status", "reason"], children))
    return "\n\n".join(parts)
