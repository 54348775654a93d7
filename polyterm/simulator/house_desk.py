"""Orders of the house: they belong to nobody, cost nothing, and match like all others."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from polyterm.models.enums import OrderType, Side
from polyterm.models.ids import ConditionId
from polyterm.models.money import PRICE_ONE, SIZE_STEP, Price, Size, floor_to
from polyterm.simulator.execution import Execution
from polyterm.simulator.listener import Listener
from polyterm.simulator.markets import Markets, MarketState
from polyterm.simulator.matching import plan_shares
from polyterm.simulator.order_book import BookOrder


class HouseDesk(Listener):
    """Places and cancels them, and forgets those of which nothing is left."""

    def __init__(self, markets: Markets, execution: Execution) -> None:
        self._markets = markets
        self._execution = execution
        self._numbers = count(1)
        self._resting: dict[str, tuple[MarketState, BookOrder]] = {}

    def place(
        self, condition_id: ConditionId, side: Side, price: Price, size: Size, kind: OrderType
    ) -> str | None:
        """Place an order; its id where something of it rests.

        Sizes are rounded down to hundredths of a share, so that every amount of every trade is
        exact. A closed market takes nothing.
        """
        if not 0 < price < PRICE_ONE:
            raise ValueError(f"price out of range: {price}")
        state = self._markets[condition_id]
        size = floor_to(size, SIZE_STEP)
        if state.closed or not size:
            return None
        order = BookOrder(f"0x{next(self._numbers):064x}", side, price, size)
        plan = plan_shares(state.book, side, price, size)
        if kind is OrderType.FOK and not plan.is_whole:
            return None
        self._execution.take(state, order, plan.fills)
        if plan.is_whole or not kind.rests:
            return None
        self._resting[order.id] = (state, order)
        self._execution.rest(state, order)
        return order.id

    def cancel(self, order_id: str, size: Size | None = None) -> Size:
        """Take out an order, or `size` of it from its end; returns what was taken out."""
        found = self._resting.get(order_id)
        if found is None:
            return 0
        state, order = found
        taken = order.remaining if size is None else min(floor_to(size, SIZE_STEP), order.remaining)
        if taken:
            self._execution.withdraw(state, order, taken)
        return taken

    def cancel_market(self, state: MarketState) -> None:
        """Take out every order of a market."""
        for order in state.book.orders():
            if order.is_house:
                self._execution.withdraw(state, order, order.remaining)

    def resting_at(
        self, condition_id: ConditionId, side: Side, price: Price
    ) -> Sequence[tuple[str, Size]]:
        """Orders resting at a price, oldest first, with what is left of them."""
        orders = self._markets[condition_id].book.orders_at(side, price)
        return [(order.id, order.remaining) for order in orders if order.is_house]

    def level_changed(self, state: MarketState, side: Side, price: Price, order_id: str) -> None:
        """Forget an order that was taken or cancelled whole."""
        found = self._resting.get(order_id)
        if found is not None and not found[1].remaining:
            del self._resting[order_id]
