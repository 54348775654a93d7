from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from polyterm.cli.demo_plan import plan_demo
from polyterm.models.book import BookTop, Level
from polyterm.models.ids import TokenId
from polyterm.models.market import Market, Outcome
from polyterm.models.money import UNIT
from polyterm.models.snapshot import MarketSnapshot
from polyterm.strategies.kelly_params import KellyParams
from tests.fakes.control_engine import MARKET, NOW_MS

NO = Outcome(TokenId("999"), "No")


def _seen(updates: int, bid: int = 4900, ask: int = 5000, market: Market = MARKET):
    book = BookTop((Level(bid, 100 * UNIT),), (Level(ask, 100 * UNIT),))
    return MarketSnapshot(market, market.outcomes[0].token_id, book, updates=updates)


def test_what_rests_goes_to_lively_markets_and_what_takes_to_the_calmest():
    calm, middling, lively, livelier = (
        _seen(updates, market=replace(MARKET, outcomes=(Outcome(TokenId(str(updates)), "Yes"), NO)))
        for updates in (1, 20, 30, 40)
    )
    orders = plan_demo([lively, calm, livelier, middling], NOW_MS)
    assert [order.token_id for order in orders] == ["40", "30", "1"]
    assert [order.strategy for order in orders] == [
        "micro_price",
        "kelly",
        "iceberg",
    ]
    assert orders[2].size == Decimal(500)


def test_limits_leave_room_past_the_ask_and_belief_lies_above_the_market():
    _, kelly, _ = plan_demo([_seen(3), _seen(2), _seen(1)], NOW_MS)
    assert kelly.max_price == Decimal("0.55")
    assert isinstance(kelly.params, KellyParams)
    assert kelly.params.probability == Decimal("0.595")


@pytest.mark.parametrize(
    "unsuitable",
    [
        _seen(9, bid=200, ask=300),
        _seen(9, bid=9700, ask=9800),
        _seen(9, bid=5000, ask=5000),
        _seen(9, market=replace(MARKET, accepting_orders=False)),
        _seen(9, market=replace(MARKET, end_ms=NOW_MS + 60_000)),
    ],
    ids=["long shot", "near certain", "locked", "closed", "about to end"],
)
def test_markets_where_an_order_could_not_be_worked_well_do_not_count(unsuitable: MarketSnapshot):
    assert plan_demo([unsuitable, _seen(2), _seen(1)], NOW_MS) == ()
