"""The exchange's side of a crash: a quiet market, hands that move it, a ledger that judges."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random

from polyterm.models.enums import Side
from polyterm.models.money import Dollars, Price, Size, notional
from polyterm.simulator.flow_host import FlowHost
from polyterm.simulator.local_exchange import LocalExchange
from polyterm.simulator.orders import TraderOrder
from tests.fakes.trading_floor import listing, whole

LISTING = listing("crash")
MARKET = LISTING.market.condition_id
BID, ASK, HIGHER_BID = 4800, 5400, 5100
PART = whole(10)


class QuietFlow:
    """Room between bid and ask, so that the engine's order stands alone at its price."""

    def open(self, host: FlowHost, random: Random) -> None:
        host.open_market(LISTING)
        host.place_house(MARKET, Side.BUY, BID, whole(100))
        host.place_house(MARKET, Side.SELL, ASK, whole(100))

    async def run(self, host: FlowHost, random: Random) -> None:
        return


async def until(condition: Callable[[], object], patience_s: float = 20.0) -> None:
    """Let real time pass until something holds."""
    async with asyncio.timeout(patience_s):
        while not condition():
            await asyncio.sleep(0.01)


def our_orders(exchange: LocalExchange) -> list[TraderOrder]:
    """Every order that ever reached the exchange."""
    return list(exchange.desk.orders.values())


def resting(exchange: LocalExchange) -> list[TraderOrder]:
    """Those that still rest."""
    return [order for order in our_orders(exchange) if order.is_open]


def bought(exchange: LocalExchange) -> tuple[Size, Dollars]:
    """Shares and dollars of all trades."""
    legs = [trade.maker for trade in exchange.execution.trades.values()]
    return sum(leg.size for leg in legs), sum(notional(leg.price, leg.size) for leg in legs)


async def sell_a_part(exchange: LocalExchange) -> None:
    """Fill a third of the order once it rests."""
    await until(lambda: resting(exchange))
    _sell(exchange, resting(exchange)[0].terms.price, PART)


async def outbid(exchange: LocalExchange) -> None:
    """Move the market away from the order once it rests, so that it is replaced."""
    await until(lambda: resting(exchange))
    exchange.place_house(MARKET, Side.BUY, HIGHER_BID, whole(100))


async def sell_all(exchange: LocalExchange, is_over: Callable[[], bool]) -> None:
    """Fill whatever rests until it is over."""

    def fill() -> bool:
        for order in resting(exchange):
            _sell(exchange, order.terms.price, order.remaining)
        return is_over()

    await until(fill)


def _sell(exchange: LocalExchange, price: Price, size: Size) -> None:
    exchange.place_house(MARKET, Side.SELL, price, size)
