from __future__ import annotations

import pytest

from polyterm.models.enums import Side, TradeStatus
from polyterm.models.money import PPM, UNIT
from polyterm.simulator.refusals import RefusalError
from polyterm.simulator.rules import ExchangeRules
from tests.fakes.trading_floor import TradingFloor, whole

BUY, SELL = Side.BUY, Side.SELL


def bought(rules: ExchangeRules | None = None) -> tuple[TradingFloor, str]:
    floor = TradingFloor(rules=rules or ExchangeRules(cash=100 * UNIT))
    floor.house(SELL, 5000, whole(10))
    reply = floor.place("ann", BUY, 5000, whole(10))
    return floor, reply.trade_ids[0]


def test_a_trade_is_mined_after_two_seconds_and_confirmed_after_ten():
    floor, trade_id = bought()
    trade = floor.exchange.execution.trades[trade_id]
    seen = [(0, trade.status, trade.transaction_hash)]
    for at_ms in (1_999, 2_000, 9_999, 10_000):
        floor.advance(at_ms - seen[-1][0])
        seen.append((at_ms, trade.status, trade.transaction_hash[:2]))
    assert seen == [
        (0, TradeStatus.MATCHED, ""),
        (1_999, TradeStatus.MATCHED, ""),
        (2_000, TradeStatus.MINED, "0x"),
        (9_999, TradeStatus.MINED, "0x"),
        (10_000, TradeStatus.CONFIRMED, "0x"),
    ]
    assert [fact for fact in floor.diary.facts if fact[0] == "TRADE"] == [
        ("TRADE", "MATCHED"),
        ("TRADE", "MINED"),
        ("TRADE", "CONFIRMED"),
    ]


def test_balances_move_when_the_trade_is_mined_and_shares_can_be_sold_from_then_on():
    floor, _ = bought()
    floor.house(BUY, 4900, whole(10))
    assert (floor.cash("ann"), floor.shares("ann")) == (100 * UNIT, 0)
    with pytest.raises(RefusalError, match="balance is not enough -> balance: 0,"):
        floor.place("ann", SELL, 4900, whole(10))
    floor.advance(2_000)
    assert (floor.cash("ann"), floor.shares("ann")) == (95 * UNIT, whole(10))
    assert floor.place("ann", SELL, 4900, whole(10)).status == "matched"


def test_dollars_given_in_an_unsettled_trade_cannot_be_spent_again():
    floor, _ = bought()
    with pytest.raises(RefusalError, match="sum of matched orders: 5000000"):
        floor.place("ann", BUY, 4000, whole(240))
    assert floor.place("ann", BUY, 4000, whole(230)).status == "live"


def test_a_trade_that_fails_is_told_and_gives_everything_back():
    floor, trade_id = bought(ExchangeRules(cash=100 * UNIT, failure_ppm=PPM))
    floor.advance(2_000)
    trade = floor.exchange.execution.trades[trade_id]
    assert trade.status is TradeStatus.RETRYING
    floor.advance(8_000)
    assert (trade.status, trade.transaction_hash) == (TradeStatus.FAILED, "")
    purse = floor.exchange.accounts.open(floor.trader("ann").address).cash
    assert (purse.settled, purse.matched, purse.free) == (100 * UNIT, 0, 100 * UNIT)
    assert (floor.shares("ann"), floor.exchange.settlement.fees) == (0, 0)
