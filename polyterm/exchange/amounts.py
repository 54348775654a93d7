"""The two integers an order is signed for: what the maker gives, and what it takes.

The exchange computes the price back from them (`protocol.md` 3.3), so they are chosen such that it
finds the ticket's price and no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

from polyterm.engine.ports import ChildTicket, ExchangeError
from polyterm.models.enums import OrderType, Side
from polyterm.models.money import PRICE_ONE, SIZE_STEP, Price, Size, floor_to, format_units

MARKET_DOLLAR_STEP = 10_000
"""A FAK or FOK buy spends whole cents (`protocol.md` 3.4)."""
MARKET_SHARE_STEP = 100
"""A FAK or FOK buy takes shares of at most four decimals."""
MARKET_PROCEEDS_STEP = 100
"""A FAK or FOK sell asks for dollars of at most four decimals."""


class AmountsError(ExchangeError):
    """No pair of integers says this price and size."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """What is signed, in millionths of a dollar or a share."""

    maker: int
    taker: int
    size: Size
    """Shares: at most the ticket's."""


def amounts(ticket: ChildTicket) -> Amounts:
    """The integers of a ticket; `AmountsError` where its price and size allow none."""
    if not 0 < ticket.price < PRICE_ONE:
        raise AmountsError(f"no price: {ticket.price}")
    if ticket.size <= 0 or ticket.size % SIZE_STEP:
        raise AmountsError(f"not a multiple of 0.01 share: {format_units(ticket.size)}")
    if ticket.order_type in {OrderType.FAK, OrderType.FOK}:
        return _MARKET[ticket.side](ticket.price, ticket.size)
    dollars = ticket.price * ticket.size // PRICE_ONE
    if ticket.side is Side.BUY:
        return Amounts(dollars, ticket.size, ticket.size)
    return Amounts(ticket.size, dollars, ticket.size)


def _market_buy(price: Price, size: Size) -> Amounts:
    step = _exact_step(price, MARKET_SHARE_STEP, MARKET_DOLLAR_STEP)
    exact = floor_to(size, step)
    if exact:
        return Amounts(price * exact // PRICE_ONE, exact, exact)
    return _nearest_buy(price, size)


def _nearest_buy(price: Price, size: Size) -> Amounts:
    """Whole cents within the budget, and as many shares as keep the price from falling below.

    Shares rounded up would put the price a hair under the limit, where nothing matches any more.
    """
    dollars = floor_to(price * size // PRICE_ONE, MARKET_DOLLAR_STEP)
    shares = floor_to(dollars * PRICE_ONE // price, MARKET_SHARE_STEP)
    if not shares or dollars * PRICE_ONE >= (price + 1) * shares:
        raise AmountsError(f"{format_units(size)} shares are too few to be bought in whole cents")
    return Amounts(dollars, shares, shares)


def _market_sell(price: Price, size: Size) -> Amounts:
    exact = floor_to(size, _exact_step(price, SIZE_STEP, MARKET_PROCEEDS_STEP))
    if not exact:
        raise AmountsError(f"{format_units(size)} shares are too few to be sold at this price")
    return Amounts(exact, price * exact // PRICE_ONE, exact)


def _exact_step(price: Price, share_step: Size, dollar_step: int) -> Size:
    """The smallest size on `share_step` that costs a multiple of `dollar_step`."""
    wanted = dollar_step * PRICE_ONE
    return share_step * (wanted // gcd(wanted, price * share_step))


_MARKET = {Side.BUY: _market_buy, Side.SELL: _market_sell}
