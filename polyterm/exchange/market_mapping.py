"""Markets as discovery and the order exchange tell them, made into one `Market`."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from polyterm.exchange.discovery_wire import ClobMarket, GammaMarket, TextList
from polyterm.exchange.numbers import Number, UnreadableError, millis, near_units, price, units
from polyterm.exchange.tokens import protocol_of
from polyterm.models.ids import ConditionId, TokenId
from polyterm.models.market import FeeSchedule, Market, Outcome
from polyterm.models.money import Price, parse_ppm
from polyterm.models.text import clean

TAKER_DELAY_MS = 150
"""How long crypto markets hold a taker, where the order exchange says that they do (3.7)."""
_DEFAULT_MIN_SIZE = 5_000_000
_PROTOCOLS = frozenset({"v1", "v2"})


def discovered_market(wire: GammaMarket) -> Market:
    """A market on discovery's word alone, which may be minutes old: to show, not to trade by."""
    tokens = _tokens(wire)
    names = _texts(wire.outcomes)
    if len(tokens) != 2 or len(names) != 2:
        raise UnreadableError(f"{_called(wire)} has not two outcomes")
    first, second = (
        Outcome(TokenId(token), clean(name)) for token, name in zip(tokens, names, strict=True)
    )
    events = wire.events or []
    return Market(
        condition_id=ConditionId(wire.condition_id or ""),
        slug=clean(wire.slug or ""),
        question=clean(wire.question or ""),
        outcomes=(first, second),
        tick=price(wire.order_price_min_tick_size),
        min_size=units(wire.order_min_size) if wire.order_min_size else _DEFAULT_MIN_SIZE,
        fees=_fees(wire),
        neg_risk=bool(wire.neg_risk),
        protocol=_protocol(wire.version, tokens),
        accepting_orders=wire.is_tradable,
        end_ms=millis(wire.end_date),
        taker_delay_ms=_delay_ms(wire.seconds_delay, is_held=False),
        event_slug=clean(events[0].slug or "") if events else "",
        volume=near_units(wire.volume_num or wire.volume),
    )


def exchange_market(
    condition_id: ConditionId, wire: ClobMarket, tick: Price | None = None
) -> Market:
    """A market on the order exchange's word: what counts when an order is made, without names."""
    tokens = [token.t for token in wire.t]
    if len(tokens) != 2 or not all(tokens):
        raise UnreadableError(f"market {condition_id} has not two tokens")
    first, second = (Outcome(TokenId(token.t), clean(token.o or "")) for token in wire.t)
    return Market(
        condition_id=condition_id,
        slug=condition_id,
        question=condition_id,
        outcomes=(first, second),
        tick=tick or price(wire.mts),
        min_size=units(wire.mos) if wire.mos else _DEFAULT_MIN_SIZE,
        fees=_schedule(wire.fd.r, wire.fd.e) if wire.fd else FeeSchedule(),
        neg_risk=bool(wire.nr),
        protocol=_protocol(wire.v, tokens),
        accepting_orders=bool(wire.ao),
        taker_delay_ms=_delay_ms(wire.sd, is_held=bool(wire.itode)),
    )


def with_names(market: Market, told: Market) -> Market:
    """The order exchange's market, with what discovery adds for people.

    Discovery knows which outcome is the first, and whether trading is over.
    """
    if {outcome.token_id for outcome in market.outcomes} != {
        outcome.token_id for outcome in told.outcomes
    }:
        raise UnreadableError(f"{told.slug} has other tokens on the exchange than in discovery")
    return replace(
        market,
        slug=told.slug,
        question=told.question,
        outcomes=told.outcomes,
        end_ms=told.end_ms,
        event_slug=told.event_slug,
        volume=told.volume,
    )


def with_title(market: Market, slug: str, question: str, end: str) -> Market:
    """The order exchange's market under a title of its own."""
    return replace(market, slug=clean(slug), question=clean(question), end_ms=millis(end))


def _tokens(wire: GammaMarket) -> list[str]:
    """The ids that orders name: which list holds them goes by the market's version."""
    if wire.version not in {None, "", *_PROTOCOLS}:
        raise UnreadableError(f"{_called(wire)} is of version {clean(str(wire.version))!r}")
    return _texts(wire.position_ids if wire.version == "v2" else wire.clob_token_ids)


def _protocol(version: str | None, tokens: list[str]) -> str:
    """The version that is told; where none is, the ids themselves tell it."""
    told = {version} if version else {protocol_of(token) for token in tokens}
    if len(told) != 1 or not told <= _PROTOCOLS:
        raise UnreadableError(f"unknown market version {clean(str(version))!r}")
    return told.pop()


def _texts(value: TextList) -> list[str]:
    if not isinstance(value, str):
        return value or []
    try:
        return msgspec.json.decode(value or "[]", type=list[str])
    except msgspec.DecodeError as error:
        raise UnreadableError(f"not a list: {clean(value, 60)!r}") from error


def _fees(wire: GammaMarket) -> FeeSchedule:
    if wire.fees_enabled is False or wire.fee_schedule is None:
        return FeeSchedule()
    return _schedule(wire.fee_schedule.rate, wire.fee_schedule.exponent)


def _schedule(rate: Number, exponent: Number) -> FeeSchedule:
    try:
        power = float(exponent or 1)
        schedule = FeeSchedule(parse_ppm(str(rate or 0)), int(power))
    except ValueError as error:
        raise UnreadableError(f"not a fee: {error}") from error
    if power != schedule.exponent:
        raise UnreadableError(f"a fee exponent of {power} is not known")
    return schedule


def _delay_ms(seconds: Number, *, is_held: bool) -> int:
    return max(near_units(seconds) // 1000, TAKER_DELAY_MS if is_held else 0)


def _called(wire: GammaMarket) -> str:
    return clean(wire.slug or wire.condition_id or "a market")
