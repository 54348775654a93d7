"""`polyterm demo`: three orders worked to their end on the demo exchange, without a screen."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import tempfile
from pathlib import Path

import click

from polyterm.cli.demo_plan import ORDERS
from polyterm.cli.demo_screen import DemoScreen
from polyterm.cli.demo_work import work_demo
from polyterm.cli.exit_codes import ExitCode
from polyterm.cli.failure import Failure
from polyterm.cli.local_exchange import local_exchange
from polyterm.cli.options import EXCHANGE_URL, JSON, SessionFlags
from polyterm.cli.plain import plain_order
from polyterm.cli.prepare import Prepared, prepare
from polyterm.cli.session import failures_in_words, open_engine
from polyterm.cli.tables import table
from polyterm.models.enums import OrderStatus, VenueName
from polyterm.models.views import OrderView

PACE = 3.0
"""Livelier than the console's demo: nobody wants to wait for a demonstration."""
_SHOWN = ("strategy", "status", "filled", "size", "average_price", "fees", "adjustments")


@click.command()
@click.option("--seed", type=int, default=0, show_default=True, help="Of the demo's random flow.")
@click.option(
    "--timeout",
    "patience_s",
    type=click.FloatRange(min=1),
    default=120.0,
    show_default=True,
    metavar="SECONDS",
    help="When to give up.",
)
@EXCHANGE_URL
@JSON
def demo(seed: int, patience_s: float, exchange_url: str | None, as_json: bool) -> None:
    """Work an iceberg, a micro-price and a Kelly order with play money, and report.

    Leaves nothing behind. Exit code 0 only where all three were filled to the last share.
    """
    with tempfile.TemporaryDirectory(prefix="polyterm-demo-") as directory:
        flags = SessionFlags(
            venue=VenueName.DEMO,
            exchange_url=exchange_url,
            data_dir=Path(directory),
            seed=seed,
            pace=PACE,
        )
        orders = _worked(flags, patience_s)
    is_complete = len(orders) == ORDERS and all(map(_is_complete, orders))
    if as_json:
        report = {"ok": is_complete, "orders": [plain_order(order) for order in orders]}
        click.echo(json.dumps(report))
    else:
        click.echo(_report(orders))
    sys.exit(ExitCode.DONE if is_complete else ExitCode.FAILED)


def _worked(flags: SessionFlags, patience_s: float) -> tuple[OrderView, ...]:
    prepared = prepare(flags)
    with local_exchange(flags) as local, failures_in_words():
        url = prepared.settings.exchange_url if local is None else local.wait_ready()
        try:
            return asyncio.run(_run(prepared, url, patience_s))
        except asyncio.CancelledError:
            raise Failure("ended by a signal; what was still open is cancelled") from None


async def _run(prepared: Prepared, url: str | None, patience_s: float) -> tuple[OrderView, ...]:
    task = asyncio.current_task()
    if task is not None:
        # Unwinds like Ctrl+C: the engine cancels what still rests.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with open_engine(prepared, url, prepared.settings.engine) as engine:
        with DemoScreen() as screen:
            return await work_demo(engine, screen, patience_s)


def _is_complete(order: OrderView) -> bool:
    return order.status is OrderStatus.COMPLETED and order.filled == order.size


def _report(orders: tuple[OrderView, ...]) -> str:
    rows = []
    for order in orders:
        plain = plain_order(order)
        cost = plain["arrival_cost_cents_per_share"]
        rows.append([*(plain[name] for name in _SHOWN), cost, plain["reason"]])
    titles = [
        "order",
        "status",
        "filled",
        "of",
        "average",
        "fees",
        "moves",
        "cost c/share",
        "reason",
    ]
    return table(titles, rows)
