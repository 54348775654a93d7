"""What faults do to the core, through what it offers to everybody."""

from __future__ import annotations

from random import Random

from polyterm.models.money import SIZE_STEP, Dollars, Price, Size, floor_to
from polyterm.simulator.accounts import Account
from polyterm.simulator.local_exchange import LocalExchange
from polyterm.simulator.markets import MarketState
from polyterm.simulator.matching import Fill
from polyterm.simulator.order_book import BookOrder
from polyterm.simulator.orders import OrderState, TraderOrder
from polyterm.simulator.rules import ExchangeRules


class Hand:
    """Fills, ticks, endings and balances, at will."""

    def __init__(self, exchange: LocalExchange, random: Random) -> None:
        self._exchange = exchange
        self._random = random

    @property
    def rules(self) -> ExchangeRules:
        """What the exchange does by number."""
        return self._exchange.rules

    def knows(self, order_id: str) -> bool:
        """Whether a trader's order has this id."""
        return order_id in self._exchange.desk.orders

    def resting(self) -> list[TraderOrder]:
        """Traders' orders in the books, oldest first."""
        orders = self._exchange.desk.orders.values()
        return [o for o in orders if o.state is OrderState.LIVE and o.remaining]

    def fill(self, order: TraderOrder, size: Size) -> None:
        """Let the house trade with a resting order, whatever rests before it.

        Sizes are whole hundredths of a share, and at least one of them.
        """
        size = min(max(floor_to(size, SIZE_STEP), SIZE_STEP), order.remaining)
        state = self._exchange.markets[order.terms.condition_id]
        house_id = f"0x{self._random.getrandbits(256):064x}"
        taker = BookOrder(house_id, order.book_side.opposite, order.book_price, size)
        self._exchange.execution.take(state, taker, [Fill(order, size)])

    def market(self, name: str) -> MarketState | None:
        """The market of a slug or condition id; without a name the newest order's, or the first."""
        markets = self._exchange.markets
        if name:
            return markets.by_slug(name) or markets.find(name)
        resting = self.resting()
        if resting:
            return markets[resting[-1].terms.condition_id]
        return next((state for state in markets if not state.closed), None)

    def set_tick(self, state: MarketState, tick: Price) -> None:
        """Change the grid."""
        self._exchange.set_tick(state.id, tick)

    def close(self, state: MarketState, winner: int | None) -> None:
        """End trading."""
        self._exchange.close_market(state.id, winner)

    def accounts(self, address: str) -> list[Account]:
        """The account of that wallet; without one, every trader's."""
        traders = self._exchange.accounts.traders()
        return [a for a in traders if address.lower() in {"", a.address}]

    def leave(self, account: Account, cash: Dollars) -> Dollars:
        """Take dollars away until so many are left, and return how many were taken.

        What unsettled trades need stays. Orders that are no longer covered are cancelled, the
        newest first, as the exchange does that watches balances. The house gets the rest.
        """
        purse = account.cash
        taken = max(0, purse.settled - max(cash, purse.matched))
        purse.settled -= taken
        self._exchange.accounts.house.cash.settled += taken
        self._exchange.desk.drop_uncovered(purse)
        return taken
