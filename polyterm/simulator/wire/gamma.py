"""Markets and events as discovery describes them (`protocol.md` 1.3, Gamma)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal

from polyterm.models.money import PPM, unit_decimal
from polyterm.simulator.markets import MarketState, event_slug
from polyterm.simulator.wire.books import spread
from polyterm.simulator.wire.clob_markets import (
    REWARD_MAX_SPREAD,
    REWARD_MIN_SIZE,
    outcome_price,
)
from polyterm.simulator.wire.numbers import iso_text, price_number


def gamma_market(state: MarketState, *, with_event: bool = True) -> dict[str, object]:
    """One market; ids and prices of the outcomes are JSON within a string."""
    market = state.market
    item: dict[str, object] = {
        "id": str(state.number),
        "question": market.question,
        "conditionId": market.condition_id,
        "questionID": market.condition_id,
        "slug": market.slug,
        "groupItemTitle": state.listing.group_title,
        "description": state.listing.description,
        "category": state.listing.category,
        "outcomes": json.dumps([outcome.name for outcome in market.outcomes]),
        "outcomePrices": json.dumps([f"{outcome_price(state, index):f}" for index in (0, 1)]),
        **_ids(state),
        "version": market.protocol,
        "volume": f"{unit_decimal(state.volume):f}",
        "volumeNum": unit_decimal(state.volume),
        "volume24hr": unit_decimal(state.volume),
        "liquidity": f"{_liquidity(state):f}",
        "liquidityNum": _liquidity(state),
        **_state(state),
        **_grid(state),
    }
    if with_event:
        item["events"] = [_event(state, [state])]
    return item


def gamma_event(states: Sequence[MarketState]) -> dict[str, object]:
    """One event with its markets."""
    markets = [gamma_market(state, with_event=False) for state in states]
    return {**_event(states[0], states), "markets": markets}


def _ids(state: MarketState) -> dict[str, object]:
    if state.market.protocol == "v2":
        return {"positionIds": list(state.tokens)}
    return {"clobTokenIds": json.dumps(list(state.tokens))}


def _state(state: MarketState) -> dict[str, object]:
    market = state.market
    bid, ask = state.best(0)
    times = {"startDate": iso_text(state.opened_ms), "createdAt": iso_text(state.opened_ms)}
    return {
        **times,
        **({} if market.end_ms is None else {"endDate": iso_text(market.end_ms)}),
        "active": True,
        "closed": state.closed,
        "archived": False,
        "restricted": False,
        "enableOrderBook": not state.closed,
        "acceptingOrders": market.accepting_orders,
        "acceptingOrdersTimestamp": iso_text(state.opened_ms),
        "umaResolutionStatus": "resolved" if state.winner is not None else "",
        **({} if bid is None else {"bestBid": price_number(bid)}),
        **({} if ask is None else {"bestAsk": price_number(ask)}),
        **({} if state.last_price is None else {"lastTradePrice": price_number(state.last_price)}),
        "spread": price_number(spread(state, 0)),
    }


def fee_schedule(state: MarketState) -> dict[str, object] | None:
    """The taker fee, or nothing where the market is free of it."""
    fees = state.market.fees
    if not fees.rate_ppm:
        return None
    rate = Decimal(fees.rate_ppm) / PPM
    return {"exponent": fees.exponent, "rate": rate, "takerOnly": True, "rebateRate": 0}


def _grid(state: MarketState) -> dict[str, object]:
    market, schedule = state.market, fee_schedule(state)
    fees = {"feeType": "taker_fees", "feeSchedule": schedule} if schedule else {}
    return {
        "orderPriceMinTickSize": price_number(market.tick),
        "orderMinSize": unit_decimal(market.min_size),
        "negRisk": market.neg_risk,
        "negRiskOther": False,
        "secondsDelay": market.taker_delay_ms // 1000,
        "rewardsMinSize": REWARD_MIN_SIZE,
        "rewardsMaxSpread": REWARD_MAX_SPREAD,
        "feesEnabled": schedule is not None,
        **fees,
    }


def _event(first: MarketState, states: Sequence[MarketState]) -> dict[str, object]:
    slug = event_slug(first)
    volume = unit_decimal(sum(state.volume for state in states))
    return {
        "id": str(first.number),
        "ticker": slug,
        "slug": slug,
        "title": first.listing.event_title or first.market.question,
        "description": first.listing.description,
        "active": True,
        "closed": all(state.closed for state in states),
        "archived": False,
        "restricted": False,
        "volume": volume,
        "volume24hr": volume,
        "liquidity": sum((_liquidity(state) for state in states), Decimal(0)),
        "negRisk": first.market.neg_risk,
        "enableNegRisk": first.market.neg_risk,
        "enableOrderBook": not first.closed,
        "tags": [
            {"id": str(number), "label": tag, "slug": tag.lower().replace(" ", "-")}
            for number, tag in enumerate(first.listing.tags, 1)
        ],
    }


def _liquidity(state: MarketState) -> Decimal:
    """Dollars that rest in the book, both sides."""
    sides = (state.book.bids, state.book.asks)
    resting = sum(level.size * price for side in sides for price, level in side.levels.items())
    return unit_decimal(resting // 10_000)
