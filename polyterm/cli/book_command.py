"""`polyterm book`: the order book of one outcome, once or as it changes."""

from __future__ import annotations

import json
from itertools import zip_longest
from typing import Any
from urllib.parse import quote, urlencode

import click

from polyterm.cli.control_client import EngineSocket
from polyterm.cli.exit_codes import ExitCode
from polyterm.cli.failure import Failure
from polyterm.cli.options import engine_options
from polyterm.cli.tables import facts, table
from polyterm.cli.watching import show_each

_MOST_FOUND = 200


@click.command()
@click.argument("market", metavar="SLUG|TOKEN")
@click.option("--outcome", metavar="NAME", default="yes", show_default=True, help="Whose book.")
@click.option(
    "--depth",
    type=click.IntRange(1, 50),
    default=10,
    show_default=True,
    help="Levels of each side.",
)
@click.option("--watch", is_flag=True, help="Go on until Ctrl+C.")
@click.option(
    "--hz",
    type=click.FloatRange(0.1, 30),
    default=4.0,
    show_default=True,
    help="With --watch: at most so many pictures a second.",
)
@engine_options
def book(
    engine: EngineSocket,
    market: str,
    outcome: str,
    depth: int,
    watch: bool,
    hz: float,
    as_json: bool,
) -> None:
    """Show an order book with its micro-price and our own orders in it."""
    token_id = market if market.isdecimal() else _token(engine, market, outcome)
    if watch:
        asked = urlencode({"token": token_id, "depth": depth, "hz": hz})
        show_each(engine.stream(f"/stream/books?{asked}"), _shown, as_json)
        return
    seen = engine.ask("GET", f"/books/{quote(token_id, safe='')}?depth={depth}")
    click.echo(json.dumps(seen) if as_json else _shown(seen))


def _token(engine: EngineSocket, slug: str, outcome: str) -> str:
    asked = urlencode({"text": slug, "limit": _MOST_FOUND})
    found = engine.ask("GET", f"/markets?{asked}")
    for market in found:
        if market["market"] == slug:
            return _outcome_token(market, outcome)
    raise _missing("market", f"no market {slug}")


def _outcome_token(market: dict[str, Any], name: str) -> str:
    for alias, known in zip(("yes", "no"), market["outcomes"], strict=True):
        if name.casefold() in {alias, known["outcome"].casefold()}:
            return known["token_id"]
    names = ", ".join(known["outcome"] for known in market["outcomes"])
    raise _missing("outcome", f"{market['market']} has {names}, not {name}")


def _missing(field: str, reason: str) -> Failure:
    """As the engine itself says it of an order."""
    return Failure("not found", ExitCode.NOT_FOUND, [{"field": field, "reason": reason}])


def _shown(seen: dict[str, Any]) -> str:
    own = {(order["side"], order["price"]) for order in seen["own"]}
    rows = [
        [*_level(bid, "BUY", own)[::-1], *_level(ask, "SELL", own)]
        for bid, ask in zip_longest(seen["bids"], seen["asks"])
    ]
    known = [
        ("market", f"{seen['market']} {seen['outcome']}"),
        ("micro-price", seen["micro_price"]),
        ("spread", seen["spread"]),
        ("at", seen["at"] if seen["is_live"] else f"{seen['at']}, not live"),
    ]
    return f"{facts(known)}\n\n{table(['', 'size', 'bid', 'ask', 'size', ''], rows)}"


def _level(level: list[str] | None, side: str, own: set[tuple[str, str]]) -> list[str]:
    """Price, size, and a star where an order of ours rests."""
    if level is None:
        return [" ", " ", " "]
    price, size = level
    return [price, size, "*" if (side, price) in own else " "]
