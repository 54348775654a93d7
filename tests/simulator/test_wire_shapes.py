"""What the local exchange writes has the keys, and the kinds of values, that real samples have."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from polyterm.models.enums import OrderType, Side
from polyterm.simulator.listener import OrderChange
from polyterm.simulator.web.answers import encode
from polyterm.simulator.wire import market_events
from polyterm.simulator.wire.books import book_hash, book_summary
from polyterm.simulator.wire.clob_markets import market_details, market_item
from polyterm.simulator.wire.gamma import gamma_event, gamma_market
from polyterm.simulator.wire.orders import open_order, order_event
from polyterm.simulator.wire.positions import bought, position
from polyterm.simulator.wire.trades import public_trade, rest_trade, trade_event
from tests.fakes.trading_floor import START_MS, TradingFloor, listing, whole

WIRE = Path(__file__).parents[2] / "../shared/data/wire"
MISSING = pytest.mark.skipif(not WIRE.exists(), reason="no recorded samples here")


def sample(name: str) -> Any:
    return json.loads((WIRE / name).read_text())


def floor() -> TradingFloor:
    made = TradingFloor(listed=listing(rate_ppm=40_000))
    made.house(Side.SELL, 5000, whole(50))
    made.house(Side.BUY, 4000, whole(50))
    made.place("ann", Side.BUY, 5000, whole(20))
    made.place("ann", Side.BUY, 4500, whole(20))
    made.advance(2_000)
    return made


FLOOR = floor()
STATE = FLOOR.state
KEY = FLOOR.trader("ann").key
TRADE = next(iter(FLOOR.exchange.execution.trades.values()))
FILLED, RESTING = FLOOR.exchange.desk.orders.values()


def event(change: OrderChange) -> dict[str, object]:
    return order_event(RESTING, STATE, change, START_MS)


def price_change() -> dict[str, object]:
    return market_events.price_change(STATE, {(Side.BUY, 4500): "0x12"}, START_MS)


def book_event() -> dict[str, object]:
    return market_events.book_event(book_summary(STATE, 0, START_MS), is_dump=False)


def last_trade() -> dict[str, object]:
    token = STATE.tokens[0]
    return market_events.last_trade_price(STATE, token, Side.BUY, 5000, whole(20), START_MS)


def held() -> dict[str, object]:
    account = FLOOR.exchange.accounts.open(FLOOR.trader("ann").address)
    cost = bought([TRADE], account, STATE.tokens[0])
    return position(STATE, 0, account, whole(20), cost)


SHAPES: list[tuple[str, Callable[[], object]]] = [
    ("clob_book_response.json", lambda: book_summary(STATE, 0, START_MS)),
    ("clob_market_closed_binary_accepting_false.json", lambda: market_item(STATE)),
    ("http_open_order.json", lambda: open_order(FILLED, STATE)),
    ("http_trade_report.json", lambda: rest_trade(TRADE, {KEY})),
    ("data_api_trades_response.json", lambda: [public_trade(TRADE, STATE, TRADE.taker)]),
    ("data_api_positions_response.json", lambda: [held()]),
    ("ws_market_book_msg.json", book_event),
    ("ws_market_price_change_msg.json", price_change),
    ("ws_market_last_trade_msg.json", last_trade),
    ("ws_market_best_bid_ask_msg.json", lambda: market_events.best_bid_ask(STATE, 0, 1)),
    ("ws_market_new_market_msg.json", lambda: market_events.new_market(STATE, 1)),
    ("ws_market_resolved_msg.json", lambda: market_events.market_resolved(STATE, 0, 1)),
    (
        "ws_market_tick_size_msg.json",
        lambda: market_events.tick_size_change(STATE, STATE.tokens[0], 10, 1),
    ),
    ("ws_user_order_msg.json", lambda: event(OrderChange.PLACEMENT)),
    ("ws_user_order_cancellation.json", lambda: event(OrderChange.CANCELLATION)),
    ("ws_user_trade_msg.json", lambda: trade_event(TRADE, KEY, START_MS)),
    ("ws_user_trade.json", lambda: trade_event(TRADE, KEY, START_MS)),
]


@MISSING
@pytest.mark.parametrize(("name", "make"), SHAPES, ids=[name for name, _ in SHAPES])
def test_every_key_of_a_real_sample_is_there_with_a_value_of_its_kind(name, make):
    compare(name, sample(name), json.loads(encode(make())))


@MISSING
def test_discovery_tells_what_the_real_one_tells_of_a_market_and_an_event():
    market = json.loads(encode(gamma_market(STATE)))
    real = sample("gamma_market.json")
    for name in ("outcomes", "outcomePrices", "clobTokenIds"):
        assert len(json.loads(market[name])) == len(json.loads(real[name])) == 2
    compare_shared("market", real, market)
    compare_shared("event of a market", real["events"][0], market["events"][0])
    (real_event,) = sample("gamma_event.json")
    event = json.loads(encode(gamma_event([STATE])))
    compare_shared("event", real_event, event)
    compare_shared("market of an event", real_event["markets"][0], event["markets"][0])
    assert {"conditionId", "acceptingOrders", "orderPriceMinTickSize"} <= set(real) & set(market)
    assert {"slug", "title", "negRisk", "tags", "volume"} <= set(real_event) & set(event)


def compare(where: str, real: Any, ours: Any) -> None:
    if isinstance(real, dict):
        assert set(real) <= set(ours), where
        for name in real:
            compare(f"{where}.{name}", real[name], ours[name])
    elif isinstance(real, list):
        assert isinstance(ours, list), where
        if real and ours:
            compare(f"{where}[]", real[0], ours[0])
    elif real is not None and ours is not None:
        assert kind(real) == kind(ours), f"{where}: {real!r} is not like {ours!r}"


def compare_shared(where: str, real: dict[str, Any], ours: dict[str, Any]) -> None:
    """Real discovery tells much of a site that is not imitated: what both tell must be alike."""
    for name in set(real) & set(ours):
        if real[name] is None or ours[name] is None:
            continue
        assert kind(real[name]) == kind(ours[name]), f"{where}: {name}"


def kind(value: object) -> str:
    if isinstance(value, bool):
        return "bool"
    return "number" if isinstance(value, int | float) else type(value).__name__


def test_the_hash_of_a_book_is_the_official_clients():
    from py_clob_client_v2.utilities import (
        generate_orderbook_summary_hash,
        parse_raw_orderbook_summary,
    )

    summary = book_summary(STATE, 1, START_MS)
    theirs = generate_orderbook_summary_hash(parse_raw_orderbook_summary(dict(summary)))
    assert summary["hash"] == theirs == book_hash(summary)


def test_prices_are_numbers_where_the_exchange_has_numbers_and_exact():
    fine = TradingFloor(listed=listing(tick=25, rate_ppm=70_000))
    details = encode(market_details(fine.state)).decode()
    assert '"mts":0.0025' in details
    assert '"fd":{"r":0.07,"e":1,"to":true}' in details
    assert '"mos":5,' in details


def test_flags_that_are_off_are_left_out_of_the_short_description():
    plain = market_details(TradingFloor(listed=listing()).state)
    assert not {"fd", "nr", "itode"} & set(plain)
    odd = market_details(TradingFloor(listed=listing(neg_risk=True, delay_ms=150)).state)
    assert (odd["nr"], odd["itode"], odd["sd"]) == (True, True, 0)


def test_a_fak_buy_is_shown_in_dollars():
    made = TradingFloor()
    made.house(Side.SELL, 5000, whole(50))
    reply = made.place("ann", Side.BUY, 5000, whole(20), kind=OrderType.FAK)
    shown = open_order(made.order(reply), made.state)
    assert (shown["original_size"], shown["size_matched"]) == ("10", "20")
