"""Which markets are followed, and for whom: orders at work, and people who look."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from polyterm.engine.market_monitor import MarketMonitor
from polyterm.engine.order_register import OrderRegister
from polyterm.engine.parent import Parent
from polyterm.engine.ports import Exchange, ExchangeError
from polyterm.models.enums import OrderStatus
from polyterm.models.ids import OrderId, TokenId
from polyterm.models.market import Market


class Following:
    """Keeps a market in the feed for as long as somebody needs it."""

    def __init__(self, exchange: Exchange, monitor: MarketMonitor, register: OrderRegister) -> None:
        self._exchange = exchange
        self._monitor = monitor
        self._register = register
        self._orders: dict[OrderId, Market] = {}

    async def market_of(self, token_id: TokenId) -> Market:
        """The market of a token, looked up where it is not followed; `ExchangeError`."""
        return self._monitor.market(token_id) or await self._exchange.market_by_token(token_id)

    def follow(self, market: Market) -> None:
        """Follow a market once more."""
        if self._monitor.add(market):
            self._exchange.watch(self._monitor.tokens)

    def unfollow(self, market: Market) -> None:
        """Follow a market once less."""
        if self._monitor.remove(market):
            self._exchange.watch(self._monitor.tokens)

    @contextmanager
    def for_now(self, market: Market) -> Generator[None]:
        """Follow a market for as long as something is looked up in it."""
        self.follow(market)
        try:
            yield
        finally:
            self.unfollow(market)

    def keep_for(self, parent: Parent, market: Market) -> None:
        """Follow a market until its order is let go."""
        self._orders[parent.order_id] = market
        self.follow(market)

    async def follow_for(self, parent: Parent) -> None:
        """Follow an order's market; where there is none to be found a person must look."""
        if parent.order_id in self._orders:
            return
        try:
            market = await self.market_of(parent.token_id)
        except ExchangeError as error:
            reason = f"its market cannot be found: {error}"
            self._register.set_status(parent, OrderStatus.NEEDS_DECISION, reason)
            return
        self._orders[parent.order_id] = market
        self.follow(market)

    def let_go(self, parent: Parent) -> None:
        """Stop following for an order that has ended."""
        market = self._orders.pop(parent.order_id, None)
        if market is not None:
            self.unfollow(market)
