from __future__ import annotations

from collections.abc import Callable

import pytest

from polyterm.models.enums import OrderType, Side
from polyterm.models.money import UNIT
from polyterm.simulator.orders import Ending
from polyterm.simulator.refusals import RefusalError
from tests.fakes.trading_floor import (
    START_MS,
    TradingFloor,
    hundredths,
    listing,
    placed_order,
    whole,
)

BUY, SELL = Side.BUY, Side.SELL
NOW_S = START_MS // 1000
ID = "0x" + "ab" * 32


def refused(attempt: Callable[[], object]) -> str:
    with pytest.raises(RefusalError) as caught:
        attempt()
    assert caught.value.status == 400
    return caught.value.text


def stocked() -> TradingFloor:
    floor = TradingFloor()
    floor.house(BUY, 4900, whole(100))
    floor.house(SELL, 5000, whole(100))
    return floor


def raw_place(floor: TradingFloor, side: Side, maker: int, taker: int, kind: OrderType) -> str:
    key = floor.trader("ann")
    placed = placed_order(key, floor.state.tokens[0], side, (maker, taker), kind=kind)
    return refused(lambda: floor.exchange.desk.place(key, floor.state, ID, placed))


@pytest.mark.parametrize(
    ("order", "text"),
    [
        (
            {"price": 4950},
            f"order {ID} is invalid. Price (0.495) breaks minimum tick size rule: 0.01",
        ),
        (
            {"price": 10_000},
            f"order {ID} is invalid. Price (1) breaks minimum tick size rule: 0.01",
        ),
        (
            {"size": hundredths(499)},
            f"order {ID} is invalid. Size (4.99) lower than the minimum: 5",
        ),
        (
            {"price": 5000, "post_only": True},
            "invalid post-only order: order crosses book",
        ),
        (
            {"kind": OrderType.FAK, "post_only": True},
            "invalid post-only order: only GTC and GTD order types are allowed",
        ),
        ({"expires_s": NOW_S + 3_600}, "invalid expiration"),
        ({"kind": OrderType.GTD}, "invalid expiration"),
        ({"kind": OrderType.GTD, "expires_s": NOW_S + 179}, "invalid expiration"),
        (
            {"price": 5000, "size": hundredths(198), "kind": OrderType.FAK},
            "invalid amount for a marketable BUY order ($0.99), min size: $1",
        ),
        (
            {"price": 4800, "kind": OrderType.FAK},
            "no orders found to match with FAK order. "
            "FAK orders are partially filled or killed if no match is found.",
        ),
        (
            {"price": 5000, "size": whole(102), "kind": OrderType.FOK},
            "order couldn't be fully filled. FOK orders are fully filled or killed.",
        ),
        (
            {"price": 4900, "size": whole(2_041)},
            "not enough balance / allowance: the balance is not enough -> balance: 1000000000, "
            "sum of active orders: 0, sum of matched orders: 0, "
            "order amount (inc. fees): 1000090000",
        ),
    ],
)
def test_a_buy_that_breaks_a_rule_is_refused_in_the_exchanges_words(order, text):
    floor = stocked()
    asked = {"price": 4900, "size": whole(10), **order}
    price, size = asked.pop("price"), asked.pop("size")
    assert refused(lambda: floor.place("ann", BUY, price, size, order_id=ID, **asked)) == text
    assert floor.exchange.desk.open_orders(floor.trader("ann").key) == []


def test_a_market_buy_is_sized_in_cents_and_gets_at_most_four_decimals_of_shares():
    text = (
        "invalid amounts, the market buy orders maker amount supports a max accuracy of "
        "2 decimals, taker amount a max of 4 decimals"
    )
    assert raw_place(stocked(), BUY, 5_005_000, 10_010_000, OrderType.FAK) == text
    assert raw_place(stocked(), BUY, 5_000_000, 10_000_010, OrderType.FOK) == text


def test_a_marketable_limit_buy_below_a_dollar_is_refused():
    floor = TradingFloor()
    floor.house(SELL, 1000, whole(100))
    text = refused(lambda: floor.place("ann", BUY, 1000, whole(9)))
    assert text == "invalid amount for a marketable BUY order ($0.9), min size: $1"


@pytest.mark.parametrize(
    ("side", "maker", "taker", "text"),
    [
        (
            BUY,
            4_900_010,
            whole(10),
            "invalid amounts, the buy orders maker amount supports a max accuracy of "
            "4 decimals, taker amount a max of 2 decimals",
        ),
        (
            BUY,
            4_902_450,
            10_005_000,
            "invalid amounts, the buy orders maker amount supports a max accuracy of "
            "4 decimals, taker amount a max of 2 decimals",
        ),
        (
            SELL,
            10_005_000,
            5_002_500,
            "invalid amounts, the sell orders maker amount supports a max accuracy of "
            "2 decimals, taker amount a max of 4 decimals",
        ),
        (
            BUY,
            4_900_100,
            whole(10),
            f"order {ID} is invalid. Price (0.49001) breaks minimum tick size rule: 0.01",
        ),
    ],
)
def test_amounts_with_too_many_decimals_are_refused(side, maker, taker, text):
    assert raw_place(stocked(), side, maker, taker, OrderType.GTC) == text


def test_finer_grids_take_finer_amounts():
    floor = TradingFloor(listed=listing(tick=10))
    assert floor.place("ann", BUY, 4970, hundredths(501)).status == "live"


def test_the_price_of_a_rounded_market_order_is_read_to_its_own_side():
    floor = stocked()
    key, token = floor.trader("ann"), floor.state.tokens[0]
    placed = placed_order(key, token, BUY, (10_000_000, 17_543_800), kind=OrderType.FAK)
    reply = floor.exchange.desk.place(key, floor.state, ID, placed)
    assert floor.order(ID).terms.price == 5700
    assert (reply.gave, reply.got) == (10 * UNIT, whole(20))


def test_the_refused_sell_names_the_shares_that_are_there():
    floor = stocked()
    floor.give_shares("ann", whole(12))
    floor.place("ann", SELL, 6000, whole(5))
    floor.place("ann", SELL, 4900, whole(5))
    text = refused(lambda: floor.place("ann", SELL, 6000, whole(5)))
    assert text == (
        "not enough balance / allowance: the balance is not enough -> balance: 12000000, "
        "sum of active orders: 5000000, sum of matched orders: 5000000, "
        "order amount (inc. fees): 5000000"
    )


def test_a_marketable_buy_needs_its_fee_too():
    floor = TradingFloor(listed=listing(rate_ppm=70_000))
    floor.house(SELL, 5000, whole(5_000))
    assert "(inc. fees): 1035000010" in refused(lambda: floor.place("ann", BUY, 5000, whole(2_000)))
    assert floor.place("ann", BUY, 4900, whole(2_000)).status == "live"


@pytest.mark.parametrize("end", ["live", "cancelled", "filled", "killed"])
def test_the_same_bytes_are_refused_as_duplicate_whatever_became_of_the_order(end):
    floor = stocked()
    if end == "killed":
        kind = OrderType.FOK
        refused(lambda: floor.place("ann", BUY, 5000, whole(200), order_id=ID, kind=kind))
        assert floor.order(ID).status == Ending.FOK_KILLED
    else:
        floor.place("ann", BUY, 5000 if end == "filled" else 4000, whole(10), order_id=ID)
    if end == "cancelled":
        floor.exchange.desk.cancel(floor.order(ID))
    text = refused(lambda: floor.place("ann", BUY, 4000, whole(10), order_id=ID))
    assert text == f"order {ID} is invalid. Duplicated."


def test_an_order_that_was_refused_may_come_again():
    floor = stocked()
    refused(lambda: floor.place("ann", BUY, 4000, whole(1_000_000), order_id=ID))
    assert floor.place("ann", BUY, 4000, whole(10), order_id=ID).status == "live"


def test_a_closed_market_takes_no_orders():
    floor = stocked()
    floor.host.close_market(floor.state.id)
    text = refused(lambda: floor.place("ann", BUY, 4000, whole(10)))
    assert text == "the market is not yet ready to process new orders"


def test_a_new_grid_applies_from_the_next_order_on():
    floor = stocked()
    refused(lambda: floor.place("ann", BUY, 4850, whole(10), order_id=ID))
    floor.host.set_tick(floor.state.id, 10)
    assert floor.place("ann", BUY, 4850, whole(10), order_id=ID).status == "live"
