"""Makes the house's part of a book equal to a recorded one, row by row."""

from __future__ import annotations

from typing import TypeAlias

from polyterm.models.book import BookTop, Level
from polyterm.models.enums import OrderType, Side
from polyterm.models.ids import ConditionId
from polyterm.models.money import Price, Size
from polyterm.simulator.flow_host import FlowHost
from polyterm.simulator.flows.queue_model import QueueModel
from polyterm.simulator.recording import BookRow

_WHOLE_BOOK = 10_000
_SIDES = (Side.BUY, Side.SELL)
_Place: TypeAlias = tuple[Side, Price]


class RecordedBook:
    """The house as a recording shows it, in one market of the local exchange.

    A trader who takes from the house changes nothing for long: the next row shows the recorded book
    again. Only where a trader's order rests in the way does the house show less: an observed level
    that reaches the order trades with it, together with what the order took on arrival, for no
    more than is displayed there; modelled levels stay out of its way.
    """

    def __init__(
        self,
        host: FlowHost,
        condition_id: ConditionId,
        observed_levels: int,
        queue_model: QueueModel,
    ) -> None:
        self._host = host
        self._condition_id = condition_id
        self._observed_levels = observed_levels
        self._queue_model = queue_model
        self._left: dict[_Place, Size] = {}
        self._given: dict[_Place, Size] = {}

    def show(self, row: BookRow) -> None:
        """Turn the house's orders into the row: what is gone first, then what is new."""
        self._note_given(row)
        if self._queue_model is QueueModel.OPTIMISTIC:
            for side in _SIDES:
                self._trade_what_left_the_touch(side, _levels(row, side))
        self._withdraw(row)
        self._left = {}
        for side in _SIDES:
            for rank, level in enumerate(_levels(row, side)):
                self._supply(side, level, observed=rank < self._observed_levels)

    def trade(self, taker_side: Side, price: Price, size: Size) -> None:
        """Let the house take `size` at `price`, as a recorded print says somebody did."""
        self._host.place_house(self._condition_id, taker_side, price, size, OrderType.FAK)

    def clear(self) -> None:
        """Take all of the house's orders out."""
        self._withdraw(BookRow(0, (), ()))
        self._left, self._given = {}, {}

    def _shown(self) -> BookTop:
        return self._host.house_book(self._condition_id, _WHOLE_BOOK)

    def _note_given(self, row: BookRow) -> None:
        shown = self._shown()
        sizes = {side: dict(shown.side(side)) for side in _SIDES}
        for (side, price), left in self._left.items():
            taken = left - sizes[side].get(price, 0)
            if taken > 0:
                self._given[side, price] = self._given.get((side, price), 0) + taken
        recorded = {(side, level.price) for side in _SIDES for level in _levels(row, side)}
        self._given = {place: size for place, size in self._given.items() if place in recorded}

    def _trade_what_left_the_touch(self, side: Side, wanted: tuple[Level, ...]) -> None:
        touch = next(iter(self._shown().side(side)), None)
        if touch is None or (wanted and not side.within(wanted[0].price, touch.price)):
            return
        left = touch.size - dict(wanted).get(touch.price, 0)
        if left > 0:
            self.trade(side.opposite, touch.price, left)

    def _withdraw(self, row: BookRow) -> None:
        shown = self._shown()
        for side in _SIDES:
            kept = dict(_levels(row, side))
            for price, size in shown.side(side):
                self._cancel(side, price, size - kept.get(price, 0))

    def _cancel(self, side: Side, price: Price, excess: Size) -> None:
        if excess <= 0:
            return
        # Newest first: nobody who waits behind the house may gain from what is not known.
        for order_id, left in reversed(self._host.house_orders(self._condition_id, side, price)):
            excess -= self._host.cancel_house(order_id, min(left, excess))
            if excess <= 0:
                return

    def _supply(self, side: Side, level: Level, *, observed: bool) -> None:
        place = (side, level.price)
        resting = self._resting(side, level.price)
        missing = level.size - resting
        if missing > 0 and self._reaches_a_trader(side, level.price):
            missing -= self._given.get(place, 0) if observed else missing
        else:
            self._given.pop(place, None)
        if missing > 0:
            self._host.place_house(self._condition_id, side, level.price, missing)
            given = resting + missing - self._resting(side, level.price)
            self._given[place] = self._given.get(place, 0) + given
        self._left[place] = self._resting(side, level.price)

    def _resting(self, side: Side, price: Price) -> Size:
        return sum(size for _, size in self._host.house_orders(self._condition_id, side, price))

    def _reaches_a_trader(self, side: Side, price: Price) -> bool:
        # The house never stands on both sides of a price, so whoever is there is a trader.
        facing = next(iter(self._host.book(self._condition_id, 1).side(side.opposite)), None)
        return facing is not None and side.crosses(price, facing.price)


def _levels(row: BookRow, side: Side) -> tuple[Level, ...]:
    return row.bids if side is Side.BUY else row.asks
