"""`polyterm kelly-event`: size all outcomes of an event together, and order them."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

import click

from polyterm.cli.control_client import EngineSocket
from polyterm.cli.event_offers import exclusive_markets, offers_of
from polyterm.cli.failure import Failure
from polyterm.cli.options import trading_options
from polyterm.cli.tables import order_table, table
from polyterm.models.money import format_dollars, format_price, format_units, parse_units
from polyterm.strategies.event_orders import EventStakes, Wanted, size_event
from polyterm.strategies.micro_price import MICRO_PRICE

_TITLES = ["market", "side", "price", "edge", "shares", ""]


@click.command("kelly-event")
@click.argument("beliefs", metavar="SLUG=PROBABILITY...", nargs=-1, required=True)
@click.option("--fraction", type=click.FloatRange(0.01, 1), default=0.5, show_default=True)
@click.option("--bankroll", metavar="DOLLARS", help="Besides this event's shares; all free cash.")
@click.option("--both-sides", is_flag=True, help="Buy No where that is the better way.")
@click.option("--no-hedges", is_flag=True, help="Nothing without an edge of its own.")
@click.option("--deadline-s", metavar="SECONDS", help="When what rests is cancelled.")
@click.option("--submit", is_flag=True, help="Order them: all, or none.")
@click.option("--confirmed", "--yes", "confirmed", is_flag=True, help="Large orders are meant.")
@click.option("--key", "client_key", metavar="KEY", help="Names the group; submitted only once.")
@trading_options
def kelly_event(
    engine: EngineSocket,
    beliefs: tuple[str, ...],
    fraction: float,
    bankroll: str | None,
    both_sides: bool,
    no_hedges: bool,
    deadline_s: str | None,
    submit: bool,
    confirmed: bool,
    client_key: str | None,
    as_json: bool,
) -> None:
    """Size the exclusive outcomes of an event together by the Kelly criterion.

    What the probabilities lack of 1 is any outcome that is not named; a single market may be given
    too. Each order rests, below the
    ask it was sized at, and its size stays: it is not sized anew as prices move.
    """
    believed = dict(_belief(text) for text in beliefs)
    if len(believed) < len(beliefs):
        raise click.UsageError("each market is named once")
    markets = exclusive_markets(engine, list(believed))
    cash = parse_units(Decimal(engine.ask("GET", "/account")["available"]))
    try:
        stakes = size_event(
            [float(p) for p in believed.values()],
            offers_of(engine, markets, both_sides=both_sides),
            bankroll=cash if bankroll is None else parse_units(Decimal(bankroll)),
            cash=cash,
            fraction=fraction,
            hedges=not no_hedges,
        )
    except (ValueError, InvalidOperation) as error:
        raise Failure(str(error)) from None
    rows = [_row(markets[one.offer.outcome], one) for one in stakes.wanted]
    if not submit:
        click.echo(json.dumps(_plain(stakes, rows)) if as_json else _shown(stakes, rows))
        return
    more = {"deadline_s": deadline_s, "confirmed": confirmed}
    orders = [_order(one) | more for one in stakes.wanted if one.size]
    if not orders:
        raise Failure("nothing to order at these prices")
    group = {"orders": orders, "client_key": client_key}
    accepted = engine.ask("POST", "/orders/group", group)
    click.echo(
        json.dumps(accepted) if as_json else f"{_shown(stakes, rows)}\n\n{order_table(accepted)}"
    )


def _belief(text: str) -> tuple[str, Decimal]:
    slug, _, typed = text.partition("=")
    try:
        probability = Decimal(typed)
    except InvalidOperation:
        raise click.UsageError(f"{text}: write SLUG=PROBABILITY, such as {slug}=0.45") from None
    if not 0 < probability < 1:
        raise click.UsageError(f"{text}: a probability lies between 0 and 1")
    return slug, probability


def _order(one: Wanted) -> dict[str, Any]:
    return {
        "token_id": one.offer.token_id,
        "side": "BUY",
        "params": {"strategy": MICRO_PRICE.name},
        "size": format_units(one.size),
        "max_price": format_price(one.offer.price),
        "post_only": True,
    }


def _row(market: dict[str, Any], one: Wanted) -> dict[str, Any]:
    outcome = market["outcomes"][one.offer.pays_if_lost]
    return {
        "market": market["market"],
        "outcome": outcome["outcome"],
        "token_id": one.offer.token_id,
        "price": format_price(one.offer.price),
        "edge": f"{one.edge:.4f}",
        "size": format_units(one.size, 0),
        "is_hedge": one.is_hedge,
        "note": "hedge: no edge of its own" if one.is_hedge else one.note,
    }


def _plain(stakes: EventStakes, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"cost": format_units(stakes.cost), "growth": f"{stakes.growth:.6f}", "orders": rows}


def _shown(stakes: EventStakes, rows: list[dict[str, Any]]) -> str:
    names = ("market", "outcome", "price", "edge", "size", "note")
    lines = table(_TITLES, ([row[name] for name in names] for row in rows))
    return f"{lines}\n\n{format_dollars(stakes.cost)} at most, expected growth {stakes.growth:.3%}"
