from __future__ import annotations

import pytest

from polyterm.models.enums import OrderType, Side
from polyterm.models.money import UNIT
from polyterm.simulator.orders import Ending, OrderState
from polyterm.simulator.trades import TradeKind
from tests.fakes.trading_floor import TradingFloor, hundredths, listing, whole

BUY, SELL = Side.BUY, Side.SELL


def test_a_marketable_order_trades_at_the_makers_price():
    floor = TradingFloor()
    floor.house(SELL, 5000, whole(10))
    reply = floor.place("ann", BUY, 5500, whole(10))
    assert (reply.status, reply.gave, reply.got) == ("matched", 5 * UNIT, whole(10))
    assert len(reply.trade_ids) == 1


def test_each_maker_met_makes_a_trade_of_its_own_at_its_own_price():
    floor = TradingFloor()
    floor.house(SELL, 5100, whole(4))
    floor.house(SELL, 5000, whole(6))
    reply = floor.place("ann", BUY, 5500, whole(20))
    trades = [floor.exchange.execution.trades[i] for i in reply.trade_ids]
    assert [(t.taker.price, t.taker.size, t.bucket) for t in trades] == [
        (5000, whole(6), 0),
        (5100, whole(4), 1),
    ]
    order = floor.order(reply)
    assert (order.state, order.matched, order.remaining) == (
        OrderState.LIVE,
        whole(10),
        whole(10),
    )
    assert floor.host.book(floor.state.id).bids[0] == (5500, whole(10))


@pytest.mark.parametrize(
    ("maker", "taker", "kind"),
    [
        ((0, BUY, 6000), (0, SELL, 6000), TradeKind.COMPLEMENTARY),
        ((1, BUY, 4000), (0, BUY, 6000), TradeKind.MINT),
        ((0, BUY, 6000), (1, BUY, 4000), TradeKind.MINT),
        ((1, SELL, 4000), (0, SELL, 6000), TradeKind.MERGE),
        ((1, SELL, 4000), (1, BUY, 4000), TradeKind.COMPLEMENTARY),
    ],
)
def test_both_tokens_share_one_book_and_each_leg_keeps_its_own_token_and_price(maker, taker, kind):
    floor = TradingFloor()
    for name in ("ann", "bob"):
        for index in (0, 1):
            floor.give_shares(name, whole(50), index)
    rested = floor.place("ann", maker[1], maker[2], whole(10), index=maker[0])
    reply = floor.place("bob", taker[1], taker[2], whole(10), index=taker[0])
    trade = floor.exchange.execution.trades[reply.trade_ids[0]]
    assert trade.kind is kind
    legs = [(leg.token_index, leg.side, leg.price) for leg in (trade.maker, trade.taker)]
    assert legs == [maker, taker]
    assert trade.maker.order_id == rested.order_id
    assert floor.order(rested).state is OrderState.MATCHED


def test_the_takers_fee_comes_on_top_of_a_buy_and_out_of_a_sell():
    floor = TradingFloor(listed=listing(rate_ppm=70_000))
    floor.give_shares("bob", whole(100))
    floor.house(SELL, 5000, whole(100))
    floor.place("ann", BUY, 5000, whole(100))
    floor.house(BUY, 5000, whole(100))
    floor.place("bob", SELL, 5000, whole(100))
    floor.settle()
    assert floor.cash("ann") == 1_000 * UNIT - 50 * UNIT - 1_750_000
    assert floor.cash("bob") == 1_000 * UNIT + 50 * UNIT - 1_750_000
    assert floor.exchange.settlement.fees == 3_500_000


def test_makers_pay_no_fee():
    floor = TradingFloor(listed=listing(rate_ppm=70_000))
    floor.place("ann", BUY, 5000, whole(100))
    floor.house(SELL, 5000, whole(100))
    floor.settle()
    assert floor.cash("ann") == 950 * UNIT
    assert floor.exchange.settlement.fees == 0


def test_a_fak_buy_spends_its_dollars_and_gives_back_what_it_cannot():
    floor = TradingFloor()
    floor.house(SELL, 5000, whole(6))
    floor.house(SELL, 6000, whole(100))
    reply = floor.place("ann", BUY, 5500, whole(20), kind=OrderType.FAK)
    order = floor.order(reply)
    assert (reply.status, reply.gave, reply.got) == ("matched", 3 * UNIT, whole(6))
    assert (order.state, order.status) == (OrderState.CANCELED, "CANCELED")
    assert order.purse.active == 0


def test_a_fak_buy_at_a_better_price_gets_more_shares_than_it_asked_for():
    floor = TradingFloor()
    floor.house(SELL, 4000, whole(100))
    reply = floor.place("ann", BUY, 5000, whole(20), kind=OrderType.FAK)
    assert (reply.gave, reply.got) == (10 * UNIT, whole(25))
    assert floor.order(reply).state is OrderState.MATCHED


def test_a_budget_that_leaves_less_than_a_hundredth_of_a_share_counts_as_whole():
    floor = TradingFloor()
    floor.house(SELL, 3000, whole(100))
    reply = floor.place("ann", BUY, 3000, hundredths(1_000), kind=OrderType.FOK)
    assert reply.status == "matched"
    assert floor.order(reply).state is OrderState.MATCHED


def test_a_fok_takes_everything_or_nothing():
    floor = TradingFloor()
    floor.give_shares("ann", whole(50))
    floor.house(BUY, 5000, whole(30))
    assert floor.place("ann", SELL, 5000, whole(30), kind=OrderType.FOK).status == "matched"


def test_an_order_may_meet_another_of_the_same_account():
    floor = TradingFloor()
    floor.give_shares("ann", whole(10))
    floor.place("ann", SELL, 5000, whole(10))
    reply = floor.place("ann", BUY, 5000, whole(10))
    assert reply.status == "matched"
    floor.settle()
    assert (floor.cash("ann"), floor.shares("ann")) == (1_000 * UNIT, whole(10))


def test_what_a_trader_is_told_of_a_partly_filled_order_and_its_cancel():
    floor = TradingFloor()
    floor.house(SELL, 5000, whole(6))
    reply = floor.place("ann", BUY, 5000, whole(10))
    floor.exchange.desk.cancel(floor.order(reply))
    assert floor.diary.facts == [
        ("PLACEMENT", "LIVE"),
        ("TRADE", "MATCHED"),
        ("UPDATE", "LIVE"),
        ("CANCELLATION", "CANCELED"),
    ]


def test_a_cancel_frees_what_was_kept_aside_and_leaves_the_fills():
    floor = TradingFloor()
    floor.house(SELL, 5000, whole(6))
    reply = floor.place("ann", BUY, 5000, whole(10))
    purse = floor.order(reply).purse
    assert (purse.active, purse.matched) == (2 * UNIT, 3 * UNIT)
    floor.exchange.desk.cancel(floor.order(reply))
    assert (purse.active, purse.matched) == (0, 3 * UNIT)
    assert floor.host.book(floor.state.id).bids == ()


def test_closing_a_market_cancels_what_rests_and_pays_the_winner():
    floor = TradingFloor()
    floor.house(BUY, 1000, whole(50))
    floor.place("ann", BUY, 6000, whole(10))
    floor.place("bob", BUY, 4000, whole(10), index=1)
    resting = floor.place("ann", BUY, 2000, whole(10))
    floor.settle()
    floor.host.close_market(floor.state.id, winner=0)
    assert floor.order(resting).status == Ending.MARKET_RESOLVED
    assert floor.host.book(floor.state.id).bids == ()
    assert (floor.cash("ann"), floor.cash("bob")) == (1_004 * UNIT, 996 * UNIT)
    assert floor.state.collateral == 0


def test_shares_that_settle_after_the_end_are_paid_out_when_they_do():
    floor = TradingFloor()
    floor.place("ann", BUY, 6000, whole(10))
    floor.place("bob", BUY, 4000, whole(10), index=1)
    floor.host.close_market(floor.state.id, winner=1)
    floor.settle()
    assert (floor.cash("ann"), floor.cash("bob")) == (994 * UNIT, 1_006 * UNIT)
    assert floor.state.collateral == 0


def test_a_delayed_order_is_matched_after_the_hold_by_the_book_of_then():
    floor = TradingFloor(listed=listing(delay_ms=150))
    floor.house(SELL, 5000, whole(10))
    reply = floor.place("ann", BUY, 5500, whole(10))
    assert (reply.status, floor.order(reply).state) == ("delayed", OrderState.DELAYED)
    assert floor.order(reply).purse.active >= 5 * UNIT
    floor.house(SELL, 4000, whole(10))
    floor.advance(149)
    assert floor.order(reply).matched == 0
    floor.advance(1)
    order = floor.order(reply)
    assert (order.state, order.matched) == (OrderState.MATCHED, whole(10))
    assert floor.exchange.execution.trades[order.trade_ids[0]].taker.price == 4000


@pytest.mark.parametrize("kind", [OrderType.FOK, OrderType.FAK])
def test_a_delayed_order_is_killed_where_the_makers_left_during_the_hold(kind):
    floor = TradingFloor(listed=listing(delay_ms=150))
    house = floor.house(SELL, 5000, whole(10))
    reply = floor.place("ann", BUY, 5000, whole(10), kind=kind)
    assert house is not None
    floor.host.cancel_house(house)
    floor.advance(150)
    order = floor.order(reply)
    assert (order.state, order.matched, order.purse.active) == (OrderState.CANCELED, 0, 0)


def test_post_only_and_resting_orders_are_not_delayed():
    floor = TradingFloor(listed=listing(delay_ms=150))
    floor.house(SELL, 5000, whole(10))
    assert floor.place("ann", BUY, 4900, whole(10), post_only=True).status == "live"
    assert floor.place("ann", BUY, 4900, whole(10)).status == "live"


def test_house_orders_cost_nothing_and_are_forgotten_when_taken():
    floor = TradingFloor()
    taken = floor.house(SELL, 5000, whole(10))
    assert floor.host.house_orders(floor.state.id, SELL, 5000) == [(taken, whole(10))]
    floor.place("ann", BUY, 5000, whole(10))
    assert taken is not None
    assert floor.host.cancel_house(taken) == 0
    assert floor.host.house_orders(floor.state.id, SELL, 5000) == []


def test_a_house_order_is_cut_from_its_end_and_keeps_its_place():
    floor = TradingFloor()
    first = floor.house(SELL, 5000, whole(10))
    second = floor.house(SELL, 5000, whole(10))
    assert first is not None
    assert floor.host.cancel_house(first, whole(4)) == whole(4)
    assert floor.host.house_orders(floor.state.id, SELL, 5000) == [
        (first, whole(6)),
        (second, whole(10)),
    ]


def test_house_and_whole_book_differ_by_the_traders_orders():
    floor = TradingFloor()
    floor.house(BUY, 4000, whole(10))
    floor.place("ann", BUY, 4000, whole(5))
    floor.place("ann", BUY, 4500, whole(5))
    assert floor.host.book(floor.state.id).bids == ((4500, whole(5)), (4000, whole(15)))
    assert floor.host.house_book(floor.state.id).bids == ((4000, whole(10)),)


@pytest.mark.parametrize("kind", [OrderType.FAK, OrderType.FOK])
def test_immediate_house_orders_never_rest(kind):
    floor = TradingFloor()
    floor.house(SELL, 5000, whole(3))
    assert floor.house(BUY, 5000, whole(10), kind) is None
    assert floor.host.book(floor.state.id).bids == ()
    left = floor.state.book.size_at(SELL, 5000)
    assert left == (whole(3) if kind is OrderType.FOK else 0)
