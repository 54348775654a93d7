"""What the running engine knows of an event, as offers that can be sized together."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

from polyterm.cli.control_client import EngineSocket
from polyterm.cli.exit_codes import ExitCode
from polyterm.cli.failure import Failure
from polyterm.models.ids import TokenId
from polyterm.models.money import parse_price, parse_units
from polyterm.strategies.event_orders import Offer

_MOST_FOUND = 200


def exclusive_markets(engine: EngineSocket, slugs: list[str]) -> list[dict[str, Any]]:
    """The markets of those names; `Failure` unless they are exclusive outcomes of one event.

    A single market always is: its two sides exclude each other.
    """
    markets = [_market(engine, slug) for slug in slugs]
    events = {market["event"] for market in markets}
    are_exclusive = len(events) == 1 and all(market["is_exclusive"] for market in markets)
    if len(markets) > 1 and not are_exclusive:
        raise Failure("these markets are not exclusive outcomes of one event")
    return markets


def offers_of(
    engine: EngineSocket, markets: list[dict[str, Any]], *, both_sides: bool
) -> list[Offer]:
    """The best ask of every outcome; `Failure` where a book has none."""
    sides = (False, True) if both_sides else (False,)
    held = {one["token_id"]: parse_units(Decimal(one["size"])) for one in _positions(engine)}
    return [
        Offer(
            token_id=TokenId(outcome["token_id"]),
            outcome=number,
            pays_if_lost=is_no,
            price=parse_price(Decimal(_best_ask(engine, market["market"], outcome))),
            held=held.get(outcome["token_id"], 0),
            min_size=parse_units(Decimal(market["min_size"])),
        )
        for number, market in enumerate(markets)
        for is_no, outcome in zip(sides, market["outcomes"], strict=False)
    ]


def _market(engine: EngineSocket, slug: str) -> dict[str, Any]:
    found = engine.ask("GET", f"/markets?{urlencode({'text': slug, 'limit': _MOST_FOUND})}")
    for market in found:
        if market["market"] == slug:
            return market
    reason = f"no market {slug}"
    raise Failure("not found", ExitCode.NOT_FOUND, [{"field": "market", "reason": reason}])


def _best_ask(engine: EngineSocket, slug: str, outcome: dict[str, Any]) -> str:
    book = engine.ask("GET", f"/books/{quote(outcome['token_id'], safe='')}?depth=1")
    if not (book["asks"] and book["is_live"]):
        raise Failure(f"nobody offers {outcome['outcome']} of {slug}")
    return book["asks"][0][0]


def _positions(engine: EngineSocket) -> list[dict[str, Any]]:
    return engine.ask("GET", "/positions")
