from __future__ import annotations

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from polyterm.models.book import mirrored
from polyterm.models.enums import OrderType, Side
from polyterm.models.money import PRICE_ONE, SIZE_STEP, UNIT
from polyterm.simulator.accounts import Account
from polyterm.simulator.orders import OrderState
from polyterm.simulator.refusals import RefusalError
from polyterm.simulator.rules import ExchangeRules
from polyterm.simulator.wire.ledger import ledger
from tests.fakes.trading_floor import TradingFloor, listing, whole

NAMES = ("ann", "bob")
STARTING = 200 * UNIT
RULES = ExchangeRules(cash=STARTING, failure_ppm=200_000)

GIVEN = 50
"""Whole shares of each token that every trader starts with, paid for by nobody."""

TOTAL = (STARTING + 2 * GIVEN * UNIT) * len(NAMES)

# Prices lie close together, so that most orders meet another one.
prices = st.integers(45, 55).map(lambda cents: cents * 100)
sizes = st.integers(500, 4_000).map(lambda hundredths: hundredths * SIZE_STEP)
orders = st.tuples(
    st.just("order"),
    st.sampled_from(NAMES),
    st.sampled_from(Side),
    prices,
    sizes,
    st.integers(0, 1),
    st.sampled_from([OrderType.GTC, OrderType.GTC, OrderType.FAK, OrderType.FOK]),
)
house = st.tuples(st.just("house"), st.sampled_from(Side), prices, st.integers(1, 50_000_000))
cancels = st.tuples(st.just("cancel"), st.integers(0, 30))
waits = st.tuples(st.just("wait"), st.sampled_from([1_000, 3_000, 11_000]))
steps = st.lists(
    st.tuples(orders, st.one_of(orders, house, cancels, waits)), min_size=5, max_size=20
).map(lambda pairs: [step for pair in pairs for step in pair])

seeds = st.integers(0, 1_000)


def do(floor: TradingFloor, step: tuple) -> None:
    match step:
        case ("order", name, side, price, size, index, kind):
            with suppress(RefusalError):
                floor.place(name, side, price, size, index=index, kind=kind)
        case ("house", side, price, size):
            floor.house(side, price, size)
        case ("cancel", number):
            live = list(floor.exchange.desk.orders.values())[number : number + 1]
            for order in live:
                if order.is_open:
                    floor.exchange.desk.cancel(order)
        case ("wait", ms):
            floor.advance(ms)


def accounts(floor: TradingFloor) -> list[Account]:
    return [*floor.exchange.accounts.traders(), floor.exchange.accounts.house]


def assert_conserved(floor: TradingFloor) -> None:
    everybody, state = accounts(floor), floor.state
    cash = sum(account.cash.settled for account in everybody)
    assert cash + state.collateral + floor.exchange.settlement.fees == TOTAL
    for token in state.tokens:
        assert sum(a.shares(token).settled for a in everybody) == state.collateral


def assert_nobody_owes(floor: TradingFloor) -> None:
    for account in floor.exchange.accounts.traders():
        for purse in (account.cash, *account.tokens.values()):
            assert purse.free >= 0
            assert min(purse.settled, purse.active, purse.matched) >= 0


def assert_reserves_match_open_orders(floor: TradingFloor) -> None:
    for account in floor.exchange.accounts.traders():
        open_orders = [
            o for o in floor.exchange.desk.orders.values() if o.account is account and o.is_open
        ]
        for purse in (account.cash, *account.tokens.values()):
            assert purse.active == sum(o.reserved for o in open_orders if o.purse is purse)


def assert_book_is_sound(floor: TradingFloor) -> None:
    top = floor.host.book(floor.state.id, 100)
    assert top.spread is None or top.spread > 0
    assert mirrored(mirrored(top)) == top
    bid, ask = floor.state.best(0)
    assert floor.state.best(1) == (
        None if ask is None else PRICE_ONE - ask,
        None if bid is None else PRICE_ONE - bid,
    )
    resting = {o.id: o.remaining for o in floor.state.book.orders() if not o.is_house}
    live = [o for o in floor.exchange.desk.orders.values() if o.state is OrderState.LIVE]
    assert resting == {o.id: o.remaining for o in live}


def assert_trades_keep_limits(floor: TradingFloor) -> None:
    filled: dict[str, int] = {}
    for trade in floor.exchange.execution.trades.values():
        for leg in trade.legs:
            order = floor.exchange.desk.orders.get(leg.order_id)
            if order is not None:
                assert leg.side.within(leg.price, order.terms.price)
                filled[order.id] = filled.get(order.id, 0) + leg.size
    for order_id, size in filled.items():
        order = floor.order(order_id)
        assert size == order.matched
        assert order.terms.budget is not None or size <= order.terms.size


def opened(seed: int) -> TradingFloor:
    floor = TradingFloor(rules=RULES, listed=listing(rate_ppm=70_000), seed=seed)
    for name in NAMES:
        for index in (0, 1):
            floor.give_shares(name, whole(GIVEN), index)
    return floor


@settings(max_examples=200, deadline=None)
@given(steps, seeds)
def test_nothing_is_made_or_lost_whatever_traders_do(story, seed):
    floor = opened(seed)
    for step in story:
        do(floor, step)
        assert_conserved(floor)
        assert_nobody_owes(floor)
        assert_reserves_match_open_orders(floor)
        assert_book_is_sound(floor)
    assert_trades_keep_limits(floor)


@settings(max_examples=40, deadline=None)
@given(steps, seeds, st.integers(0, 1))
def test_the_end_of_a_market_pays_out_all_its_collateral_and_no_more(story, seed, winner):
    floor = opened(seed)
    for step in story:
        do(floor, step)
    floor.host.close_market(floor.state.id, winner)
    floor.settle()
    everybody = accounts(floor)
    cash = sum(account.cash.settled for account in everybody)
    assert floor.state.collateral == 0
    assert cash + floor.exchange.settlement.fees == TOTAL
    assert_nobody_owes(floor)


@settings(max_examples=30, deadline=None)
@given(steps, seeds)
def test_the_same_seed_and_story_give_the_same_ledger(story, seed):
    floors = [opened(seed), opened(seed)]
    for floor in floors:
        for step in story:
            do(floor, step)
    assert ledger(floors[0].exchange) == ledger(floors[1].exchange)
