"""Markets as the order exchange describes them (`protocol.md` 1.3)."""

from __future__ import annotations

from decimal import Decimal

from polyterm.models.money import PPM, PRICE_ONE, unit_decimal
from polyterm.simulator.markets import MarketState
from polyterm.simulator.wire.books import double_mid
from polyterm.simulator.wire.numbers import iso_text, price_number

LEGACY_FEE_ON = 1000
"""What the retired base fee says of a market with fees; it is no rate."""
REWARD_MIN_SIZE = 50
REWARD_MAX_SPREAD = Decimal("3.5")


def market_details(state: MarketState) -> dict[str, object]:
    """/clob-markets/{cid}: short keys, absent where false."""
    market = state.market
    details: dict[str, object] = {
        "c": market.condition_id,
        "gst": None,
        "r": {"mi": REWARD_MIN_SIZE, "ma": REWARD_MAX_SPREAD, "e": False, "moas": 0},
        "t": [{"t": outcome.token_id, "o": outcome.name} for outcome in market.outcomes],
        "mos": _shares(state),
        "mts": price_number(market.tick),
        "mbf": base_fee(state),
        "tbf": base_fee(state),
        "rfqe": False,
        "oas": 0,
        "ao": market.accepting_orders,
        "aot": iso_text(state.opened_ms),
        "cbos": False,
        "sd": _seconds_delay(state),
        "v": market.protocol,
    }
    if market.taker_delay_ms and not _seconds_delay(state):
        details["itode"] = True
    if market.fees.rate_ppm:
        rate = Decimal(market.fees.rate_ppm) / PPM
        details["fd"] = {"r": rate, "e": market.fees.exponent, "to": True}
    if market.neg_risk:
        details["nr"] = True
    return details


def market_item(state: MarketState) -> dict[str, object]:
    """An item of /markets, and /markets/{cid}."""
    market, listing = state.market, state.listing
    return {
        "accepting_orders": market.accepting_orders,
        "accepting_order_timestamp": iso_text(state.opened_ms),
        "active": True,
        "archived": False,
        "closed": state.closed,
        "condition_id": market.condition_id,
        "question_id": market.condition_id,
        "question": market.question,
        "description": listing.description,
        "market_slug": market.slug,
        "enable_order_book": not state.closed,
        "end_date_iso": None if market.end_ms is None else iso_text(market.end_ms),
        "game_start_time": None,
        "seconds_delay": _seconds_delay(state),
        "fpmm": "",
        "icon": "",
        "image": "",
        "is_50_50_outcome": False,
        "maker_base_fee": base_fee(state),
        "taker_base_fee": base_fee(state),
        "minimum_order_size": _shares(state),
        "minimum_tick_size": price_number(market.tick),
        "neg_risk": market.neg_risk,
        "neg_risk_market_id": "",
        "neg_risk_request_id": "",
        "notifications_enabled": True,
        "rewards": _rewards(),
        "tags": list(listing.tags),
        "tokens": _tokens(state),
    }


def simplified_item(state: MarketState) -> dict[str, object]:
    """An item of /simplified-markets."""
    return {
        "condition_id": state.id,
        "rewards": _rewards(),
        "tokens": _tokens(state),
        "active": True,
        "closed": state.closed,
        "archived": False,
        "accepting_orders": state.market.accepting_orders,
    }


def base_fee(state: MarketState) -> int:
    """The retired fee flag: 0, or 1000 where the market has fees."""
    return LEGACY_FEE_ON if state.market.fees.rate_ppm else 0


def outcome_price(state: MarketState, index: int) -> Decimal:
    """What an outcome is worth: its mid, or 0 and 1 once there is a winner."""
    if state.winner is not None:
        return Decimal(int(state.winner == index))
    return Decimal(double_mid(state, index)) / (2 * PRICE_ONE)


def _tokens(state: MarketState) -> list[dict[str, object]]:
    return [
        {
            "token_id": outcome.token_id,
            "outcome": outcome.name,
            "price": outcome_price(state, index),
            "winner": state.winner == index,
        }
        for index, outcome in enumerate(state.market.outcomes)
    ]


def _rewards() -> dict[str, object]:
    return {"rates": None, "min_size": REWARD_MIN_SIZE, "max_spread": REWARD_MAX_SPREAD}


def _seconds_delay(state: MarketState) -> int:
    # Whole seconds are the delay of sports markets; shorter ones have a flag of their own.
    return state.market.taker_delay_ms // 1000


def _shares(state: MarketState) -> Decimal:
    return unit_decimal(state.market.min_size)
