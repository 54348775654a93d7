"""The local exchange's core: markets, accounts, orders, settlement, without any I/O."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from random import Random

from polyterm.models.book import BookTop
from polyterm.models.enums import OrderType, Side
from polyterm.models.ids import ConditionId
from polyterm.models.money import Price, Size
from polyterm.simulator.accounts import Accounts
from polyterm.simulator.auth import Authenticator
from polyterm.simulator.clock import Clock
from polyterm.simulator.credentials import KeyRing
from polyterm.simulator.execution import Execution
from polyterm.simulator.fate import OddsOfFailure
from polyterm.simulator.flow_host import Listing
from polyterm.simulator.heartbeats import Heartbeats
from polyterm.simulator.house_desk import HouseDesk
from polyterm.simulator.listener import Listeners
from polyterm.simulator.markets import Markets, MarketState
from polyterm.simulator.notifications import Notifications
from polyterm.simulator.order_desk import OrderDesk
from polyterm.simulator.order_intake import OrderIntake
from polyterm.simulator.orders import Ending, OrderState, TraderOrder
from polyterm.simulator.payout import redeem
from polyterm.simulator.price_history import PriceHistory
from polyterm.simulator.rate_limit import RateLimits
from polyterm.simulator.rules import ExchangeRules
from polyterm.simulator.settlement import Settlement
from polyterm.simulator.timetable import Timetable

_DEFAULT_RULES = ExchangeRules()


class LocalExchange:
    """Deterministic under its random source and its clock; the flow's host."""

    def __init__(
        self, *, clock: Clock, random: Random, rules: ExchangeRules = _DEFAULT_RULES
    ) -> None:
        self.clock = clock
        self.rules = rules
        self.timetable = Timetable(clock)
        self.listeners = Listeners()
        self.markets = Markets()
        self.accounts = Accounts(rules.cash)
        self.keys = KeyRing(random)
        self.auth = Authenticator(clock, rules, self.keys)
        self.limits = RateLimits(clock, rules)
        self.history = PriceHistory(clock)
        self.notifications = Notifications()
        self.settlement = Settlement(
            clock=clock,
            random=random,
            fate=OddsOfFailure(random, rules),
            timetable=self.timetable,
            changed=self.listeners.trade_changed,
            fell=lambda purse: self.desk.drop_uncovered(purse),
        )
        self.execution = Execution(
            clock=clock,
            random=random,
            accounts=self.accounts,
            settlement=self.settlement,
            listener=self.listeners,
        )
        self.desk = OrderDesk(
            clock=clock,
            rules=rules,
            timetable=self.timetable,
            markets=self.markets,
            accounts=self.accounts,
            execution=self.execution,
            listener=self.listeners,
        )
        self.heartbeats = Heartbeats(
            clock=clock,
            random=random,
            rules=rules,
            timetable=self.timetable,
            lapsed=self.cancel_all,
        )
        self.intake = OrderIntake(self.markets, self.desk)
        self.house = HouseDesk(self.markets, self.execution)
        for listener in (self.history, self.notifications, self.house):
            self.listeners.add(listener)

    def now_ms(self) -> int:
        """The clock of the exchange, epoch milliseconds."""
        return self.clock.now_ms()

    async def sleep(self, seconds: float) -> None:
        """Wait by the event loop."""
        await asyncio.sleep(seconds)

    def cancel_all(self, owner: str) -> None:
        """Cancel every live order of an API key."""
        for order in self.desk.open_orders(owner):
            if order.state is OrderState.LIVE:
                self.desk.cancel(order)

    def open_market(self, listing: Listing) -> None:
        """List a market with an empty book; `ValueError` where one of its ids is taken."""
        state = self.markets.open(listing, self.now_ms())
        self.listeners.market_opened(state)

    def place_house(
        self,
        condition_id: ConditionId,
        side: Side,
        price: Price,
        size: Size,
        order_type: OrderType = OrderType.GTC,
    ) -> str | None:
        """Place an order of the house; its id where something of it rests."""
        return self.house.place(condition_id, side, price, size, order_type)

    def cancel_house(self, order_id: str, size: Size | None = None) -> Size:
        """Take out a house order, or `size` of it from its end; returns what was taken out."""
        return self.house.cancel(order_id, size)

    def house_orders(
        self, condition_id: ConditionId, side: Side, price: Price
    ) -> Sequence[tuple[str, Size]]:
        """House orders resting at a price, oldest first, with what is left of them."""
        return self.house.resting_at(condition_id, side, price)

    def book(self, condition_id: ConditionId, depth: int = 50) -> BookTop:
        """The whole book, traders' orders included."""
        return self.markets[condition_id].book.top(depth)

    def house_book(self, condition_id: ConditionId, depth: int = 50) -> BookTop:
        """The house's part of the book."""
        return self.markets[condition_id].book.house_top(depth)

    def set_tick(self, condition_id: ConditionId, tick: Price) -> None:
        """Change the grid and tell the market channel."""
        state = self.markets[condition_id]
        old = state.market.tick
        if tick != old:
            state.set_tick(tick)
            self.listeners.tick_changed(state, old)

    def close_market(self, condition_id: ConditionId, winner: int | None = None) -> None:
        """End trading: resting orders are cancelled; `winner` is the index of the outcome."""
        state = self.markets[condition_id]
        state.close(winner)
        self.house.cancel_market(state)
        for order in self._open_in(state):
            self.desk.cancel(order, Ending.MARKET_RESOLVED)
        redeem(state, (*self.accounts.traders(), self.accounts.house))
        self.listeners.market_closed(state)

    def _open_in(self, state: MarketState) -> list[TraderOrder]:
        orders = self.desk.orders.values()
        return [o for o in orders if o.terms.condition_id == state.id and o.is_open]
