from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyterm.exchange.amounts import Amounts, AmountsError, amounts
from polyterm.models.enums import OrderType, Side
from polyterm.models.money import PRICE_ONE, SIZE_STEP, UNIT, Price
from polyterm.models.tick import TICKS
from tests.exchange.factory import a_ticket

CENT = 10_000
sizes = st.integers(1, 200_000_000).map(lambda hundredths: hundredths * SIZE_STEP)
prices = st.sampled_from(TICKS).flatmap(
    lambda tick: st.integers(1, PRICE_ONE // tick - 1).map(lambda steps: steps * tick)
)
EVERY_PRICE = sorted({p for tick in TICKS for p in range(tick, PRICE_ONE, tick)})


def implied(found: Amounts, side: Side) -> tuple[int, int]:
    """The price as the exchange computes it back, exactly: quotient and remainder."""
    dollars, shares = (found.maker, found.taker) if side is Side.BUY else (found.taker, found.maker)
    return divmod(dollars * PRICE_ONE, shares)


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("order_type", [OrderType.GTC, OrderType.GTD])
def test_a_limit_order_says_its_price_and_size_exactly_on_every_grid(
    side: Side, order_type: OrderType
) -> None:
    for price in EVERY_PRICE:
        for hundredths in (1, 7, 500, 502, 1608, 99_999, 10_000_001):
            size = hundredths * SIZE_STEP
            found = amounts(a_ticket(side=side, price=price, size=size, order_type=order_type))
            assert implied(found, side) == (price, 0)
            assert found.size == size == (found.taker if side is Side.BUY else found.maker)


@given(price=prices, size=sizes, side=st.sampled_from(Side))
def test_a_limit_order_round_trips_for_any_size(price: Price, size: int, side: Side) -> None:
    found = amounts(a_ticket(side=side, price=price, size=size))
    assert implied(found, side) == (price, 0)
    assert found.size == size


@given(price=prices, size=sizes, order_type=st.sampled_from([OrderType.FAK, OrderType.FOK]))
def test_a_market_buy_never_spends_more_nor_prices_itself_below_its_limit(
    price: Price, size: int, order_type: OrderType
) -> None:
    try:
        found = amounts(a_ticket(price=price, size=size, order_type=order_type))
    except AmountsError:
        assert size < 2 * UNIT or price * size // PRICE_ONE < CENT
        return
    assert found.maker <= price * size // PRICE_ONE
    assert found.maker % CENT == 0
    assert found.taker % 100 == 0
    assert found.taker == found.size <= size
    quotient, remainder = implied(found, Side.BUY)
    assert quotient == price, "below the limit, or a step of 0.0001 above it"
    if size >= 100 * UNIT:
        assert remainder == 0


@given(price=prices, size=sizes)
def test_a_market_sell_asks_exactly_its_price_in_dollars_of_four_decimals(
    price: Price, size: int
) -> None:
    try:
        found = amounts(a_ticket(side=Side.SELL, price=price, size=size, order_type=OrderType.FAK))
    except AmountsError:
        assert size < UNIT
        return
    assert implied(found, Side.SELL) == (price, 0)
    assert found.maker % SIZE_STEP == 0
    assert found.taker % 100 == 0
    assert 0 <= size - found.size < UNIT


@pytest.mark.parametrize(
    ("price", "size", "dollars", "shares"),
    [
        (5500, 10 * UNIT, 5_500_000, 10_000_000),
        (5500, 10_110_000, 5_500_000, 10_000_000),
        (5700, 2 * UNIT, 1_140_000, 2_000_000),
        (2900, 100 * UNIT, 29_000_000, 100_000_000),
        (1231, 105 * UNIT, 12_310_000, 100_000_000),
        (1231, 50 * UNIT, 6_150_000, 49_959_300),
    ],
)
def test_a_market_buy_takes_the_largest_exact_size_and_else_rounds_shares_down(
    price: Price, size: int, dollars: int, shares: int
) -> None:
    found = amounts(a_ticket(price=price, size=size, order_type=OrderType.FOK))
    assert (found.maker, found.taker) == (dollars, shares)


@pytest.mark.parametrize(
    "changes",
    [{"price": 0}, {"price": PRICE_ONE}, {"size": 0}, {"size": 12_345}, {"size": -SIZE_STEP}],
)
def test_what_cannot_be_written_is_refused(changes: dict[str, int]) -> None:
    with pytest.raises(AmountsError):
        amounts(a_ticket(**changes))
