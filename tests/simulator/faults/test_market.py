from __future__ import annotations

import asyncio

import pytest

from polyterm.models.enums import Side, TradeStatus
from polyterm.models.money import UNIT
from polyterm.simulator.listener import Listener
from polyterm.simulator.trades import Trade
from tests.fakes.signing_wallet import ANN
from tests.fakes.trading_floor import whole
from tests.simulator.faults.stage import (
    CANCEL,
    NO,
    PLACE,
    RAIN_ID,
    YES,
    Stage,
    in_virtual_time,
    staged,
)

NOW = {"t": 1}


class Statuses(Listener):
    """Remembers what became of each trade, in order."""

    def __init__(self, stage: Stage) -> None:
        self.of: dict[str, list[str]] = {}
        stage.exchange.listeners.add(self)

    def trade_changed(self, trade: Trade) -> None:
        self.of.setdefault(trade.id, []).append(trade.status.value)


def total_cash(stage: Stage) -> int:
    accounts = (*stage.exchange.accounts.traders(), stage.exchange.accounts.house)
    return sum(account.cash.settled for account in accounts) + sum(
        state.collateral for state in stage.exchange.markets
    )


@in_virtual_time
async def test_a_cancel_crosses_a_partial_fill():
    fault = {"at": CANCEL, "do": "partial_fill", "part": "0.25", "order": "named"}
    async with staged(fault) as stage:
        order_id = await stage.rest(shares=10)
        await stage.rest(price=4100)
        assert (await stage.cancel(order_id)).json()["canceled"] == [order_id]
        order = stage.exchange.desk.orders[order_id]
        assert (order.matched, order.status) == (whole(10) // 4, "CANCELED")
        assert [(f.kind, f.subjects) for f in stage.fired] == [("partial_fill", [order_id])]


@in_virtual_time
async def test_a_cancel_crosses_a_whole_fill():
    async with staged({"at": CANCEL, "do": "fill_all"}) as stage:
        order_id = await stage.rest()
        reply = (await stage.cancel(order_id)).json()
        assert reply["not_canceled"] == {order_id: "already canceled or matched"}
        assert stage.exchange.desk.orders[order_id].status == "MATCHED"
        assert stage.kinds() == ["fill_all"]


@in_virtual_time
async def test_an_order_is_filled_before_its_answer_comes():
    fault = {"at": PLACE, "do": "partial_fill", "part": 1, "order": "named", "when": "after"}
    async with staged(fault) as stage:
        assert (await stage.place()).json()["status"] == "live"
        (order,) = stage.exchange.desk.orders.values()
        assert order.status == "MATCHED"
        assert stage.kinds() == ["partial_fill"]


@pytest.mark.parametrize(("which", "filled"), [("oldest", 0), ("newest", 2)])
@in_virtual_time
async def test_which_order_is_filled(which, filled):
    fault = {"at": {"t": 1, "every": 1}, "do": "partial_fill", "part": 1, "order": which}
    async with staged({**fault, "times": 1}) as stage:
        order_ids = [await stage.rest(price) for price in (4000, 4200, 4100)]
        await asyncio.sleep(2)
        assert stage.fired[0].subjects == [order_ids[filled]]


@in_virtual_time
async def test_a_fill_without_an_order_to_fill_is_no_hit():
    async with staged({"at": NOW, "do": "partial_fill", "part": 1}) as stage:
        await asyncio.sleep(2)
        assert [(f.kind, f.hits) for f in stage.injector.fired] == [("partial_fill", 0)]


@in_virtual_time
async def test_the_tick_changes_under_a_resting_order():
    async with staged({"at": NOW, "do": "tick_change", "tick": "0.001"}) as stage:
        assert (await stage.place(price=4010)).status_code == 400
        await asyncio.sleep(2)
        assert (await stage.place(price=4010)).status_code == 200
        assert [(f.kind, f.subjects) for f in stage.fired] == [("tick_change", [RAIN_ID])]


@pytest.mark.parametrize(
    ("fault", "winner"),
    [
        ({"do": "close_market"}, None),
        ({"do": "resolve_market", "winner": 1, "market": "rain"}, 1),
    ],
)
@in_virtual_time
async def test_a_market_ends_during_a_placement(fault, winner):
    async with staged({"at": {**PLACE, "nth": 2}, **fault}) as stage:
        order_id = await stage.rest()
        reply = await stage.place()
        assert "not yet ready" in reply.text
        state = stage.exchange.markets[RAIN_ID]
        assert (state.closed, state.winner) == (True, winner)
        assert stage.exchange.desk.orders[order_id].status == "CANCELED_MARKET_RESOLVED"
        assert stage.kinds() == [fault["do"]]


@in_virtual_time
async def test_cash_is_spent_elsewhere_and_orders_that_it_does_not_cover_go():
    fault = {"at": NOW, "do": "drop_balance", "to": "50", "account": ANN.address}
    async with staged(fault) as stage:
        before = total_cash(stage)
        old, new = [await stage.rest(price, shares=100) for price in (4000, 4100)]
        await asyncio.sleep(2)
        orders = stage.exchange.desk.orders
        assert (orders[old].is_open, orders[new].is_open) == (True, False)
        refused = await stage.place(shares=100)
        assert "not enough balance" in refused.text
        purse = orders[old].purse
        assert (purse.settled, purse.free) == (50 * UNIT, 10 * UNIT)
        assert total_cash(stage) == before
        assert stage.fired[0].subjects == [f"{ANN.address.lower()} 950.00"]


@pytest.mark.parametrize(
    ("legs", "ends"), [("all", ["FAILED", "FAILED"]), ("one", ["FAILED", "CONFIRMED"])]
)
@in_virtual_time
async def test_a_match_fails_with_all_its_trades_or_one(legs, ends):
    fault = {"at": {"t": 0}, "do": "match_then_fail", "trade": 2, "legs": legs}
    async with staged(fault) as stage:
        await asyncio.sleep(0.1)
        statuses = Statuses(stage)
        before = total_cash(stage)
        await stage.place(price=5000, shares=40)
        await stage.place(price=5200, shares=90)
        await stage.place(price=5200, shares=10)
        await asyncio.sleep(11)
        first, *second, third = statuses.of.values()
        assert first == third == ["MATCHED", "MINED", "CONFIRMED"]
        assert [course[-1] for course in second] == ends
        assert second[0] == ["MATCHED", "RETRYING", "FAILED"]
        (firing,) = stage.fired
        assert firing.subjects == list(statuses.of)[1 : 1 + ends.count("FAILED")]
        assert total_cash(stage) == before


@pytest.mark.parametrize("end", ["CONFIRMED", "FAILED"])
@in_virtual_time
async def test_a_trade_settles_by_a_detour_or_fails_after_it_was_mined(end):
    fault = {"at": PLACE, "do": "retrying", "end": end, "seconds": 3600}
    async with staged(fault) as stage:
        statuses = Statuses(stage)
        before = total_cash(stage)
        (trade_id,) = (await stage.place(price=5000)).json()["tradeIDs"]
        account = stage.exchange.accounts.open(ANN.address)
        await asyncio.sleep(3700)
        assert statuses.of[trade_id] == ["MATCHED", "RETRYING", "MINED"]
        assert (account.cash.settled, account.shares(YES).settled) == (995 * UNIT, whole(10))
        await asyncio.sleep(3600)
        assert statuses.of[trade_id][3:] == [end]
        cash, shares = (995 * UNIT, whole(10)) if end == "CONFIRMED" else (1_000 * UNIT, 0)
        assert (account.cash.settled, account.shares(YES).settled) == (cash, shares)
        assert (account.cash.matched, account.cash.free) == (0, cash)
        trade = stage.exchange.execution.trades[trade_id]
        assert bool(trade.transaction_hash) == (trade.status is TradeStatus.CONFIRMED)
        assert total_cash(stage) == before
        assert [(f.kind, f.subjects[0]) for f in stage.fired] == [("retrying", trade_id)]


@in_virtual_time
async def test_a_minted_pair_that_fails_after_all_is_no_pair():
    async with staged({"at": PLACE, "do": "retrying", "end": "FAILED"}) as stage:
        state = stage.exchange.markets[RAIN_ID]
        await stage.ann.place(NO, Side.BUY, 5100, whole(10))
        await asyncio.sleep(8)
        mined = state.collateral
        await asyncio.sleep(8)
        assert (mined, state.collateral) == (whole(10), 0)
        assert stage.kinds() == ["retrying"]


@in_virtual_time
async def test_a_mined_trade_that_fails_after_the_market_was_decided_undoes_its_payout():
    late = {"at": PLACE, "do": "retrying", "end": "FAILED", "seconds": 60}
    async with staged(late, {"at": {"t": 90}, "do": "resolve_market", "winner": 0}) as stage:
        before = total_cash(stage)
        await stage.place(price=5000)
        cash = stage.exchange.accounts.open(ANN.address).cash
        await asyncio.sleep(95)
        assert cash.settled == 1_005 * UNIT
        await asyncio.sleep(60)
        assert (cash.settled, cash.free) == (1_000 * UNIT, 1_000 * UNIT)
        assert total_cash(stage) == before
        assert stage.kinds() == ["retrying", "resolve_market"]


@in_virtual_time
async def test_orders_that_a_failed_trade_leaves_uncovered_go():
    async with staged({"at": {**PLACE, "nth": 2}, "do": "retrying", "end": "FAILED"}) as stage:
        await stage.place(price=5000, shares=40)
        await asyncio.sleep(11)
        await stage.ann.place(YES, Side.SELL, 4800, whole(40))
        await asyncio.sleep(7)
        account = stage.exchange.accounts.open(ANN.address)
        rest = account.cash.settled // 4000
        order_id = await stage.rest(price=4000, shares=rest // 100)
        assert stage.exchange.desk.orders[order_id].is_open
        await asyncio.sleep(8)
        assert stage.kinds() == ["retrying"]
        assert not stage.exchange.desk.orders[order_id].is_open
        assert account.cash.free >= 0
