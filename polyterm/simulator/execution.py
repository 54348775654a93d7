"""Carrying out what was planned: the book, both orders, the trade, and who is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from uuid import UUID

from polyterm.models.enums import Side
from polyterm.models.money import Price, Size, notional
from polyterm.simulator.accounts import HOUSE_OWNER, Accounts
from polyterm.simulator.clock import Clock
from polyterm.simulator.listener import Listener, OrderChange
from polyterm.simulator.markets import MarketState
from polyterm.simulator.matching import Fill
from polyterm.simulator.order_book import BookOrder
from polyterm.simulator.orders import OrderState, TraderOrder
from polyterm.simulator.settlement import Settlement
from polyterm.simulator.trades import Leg, Trade


class Execution:
    """The only one that changes books; keeps every trade that an account took part in."""

    def __init__(
        self,
        *,
        clock: Clock,
        random: Random,
        accounts: Accounts,
        settlement: Settlement,
        listener: Listener,
    ) -> None:
        self._clock = clock
        self._random = random
        self._accounts = accounts
        self._settlement = settlement
        self._listener = listener
        self.trades: dict[str, Trade] = {}

    def take(self, state: MarketState, taker: BookOrder, fills: Sequence[Fill]) -> list[Trade]:
        """Trade against resting orders, one trade for each, at their prices."""
        return [
            trade
            for bucket, fill in enumerate(fills)
            if (trade := self._fill(state, taker, fill, bucket)) is not None
        ]

    def rest(self, state: MarketState, order: BookOrder) -> None:
        """Put what is left of an order into the book."""
        state.book.add(order)
        if isinstance(order, TraderOrder):
            order.reserve(_resting_reserve(order))
        self._listener.level_changed(state, order.book_side, order.book_price, order.id)

    def withdraw(self, state: MarketState, order: BookOrder, size: Size) -> None:
        """Take `size` of an order out of the book."""
        state.book.reduce(order, size)
        self._listener.level_changed(state, order.book_side, order.book_price, order.id)

    def _fill(self, state: MarketState, taker: BookOrder, fill: Fill, bucket: int) -> Trade | None:
        maker, size, price = fill.maker, fill.size, fill.maker.book_price
        state.book.reduce(maker, size)
        taker.remaining -= size
        state.note_print(taker.book_side, price, size)
        trade = self._trade(state, taker, fill, bucket)
        _count(taker, size, trade)
        if isinstance(maker, TraderOrder):
            _count(maker, size, trade)
            maker.reserve(_resting_reserve(maker))
            maker.state = OrderState.LIVE if maker.remaining else OrderState.MATCHED
        if trade is not None:
            self._settlement.begin(trade, state)
        if isinstance(maker, TraderOrder):
            self._listener.order_changed(maker, OrderChange.UPDATE)
        leg = self._leg(state, taker, price, size)
        self._listener.level_changed(state, maker.book_side, price, maker.id)
        self._listener.printed(state, leg.token_id, leg.side, leg.price, size)
        return trade

    def _trade(self, state: MarketState, taker: BookOrder, fill: Fill, bucket: int) -> Trade | None:
        if taker.is_house and fill.maker.is_house:
            return None
        now_ms = self._clock.now_ms()
        price, size = fill.maker.book_price, fill.size
        trade = Trade(
            id=str(UUID(int=self._random.getrandbits(128), version=4)),
            condition_id=state.id,
            taker=self._leg(state, taker, price, size, pays_fee=True),
            maker=self._leg(state, fill.maker, price, size),
            bucket=bucket,
            matched_ms=now_ms,
            updated_ms=now_ms,
        )
        self.trades[trade.id] = trade
        return trade

    def _leg(
        self,
        state: MarketState,
        order: BookOrder,
        book_price: Price,
        size: Size,
        *,
        pays_fee: bool = False,
    ) -> Leg:
        if not isinstance(order, TraderOrder):
            house = self._accounts.house
            side, price, index = order.book_side, book_price, 0
            owner, address, account = HOUSE_OWNER, house.address, house
        else:
            terms = order.terms
            side, price, index = terms.side, terms.own_price(book_price), terms.token_index
            owner, address, account = order.owner, order.maker_address, order.account
        # The house buys and sells for nothing: it belongs to nobody who could pay a fee.
        fee = state.market.fees.taker(price, size) if pays_fee and not order.is_house else 0
        outcome = state.market.outcomes[index]
        return Leg(
            order_id=order.id,
            owner=owner,
            maker_address=address,
            account=account,
            token_id=outcome.token_id,
            token_index=index,
            outcome=outcome.name,
            side=side,
            price=price,
            size=size,
            fee=fee,
        )


def _count(order: BookOrder, size: Size, trade: Trade | None) -> None:
    if isinstance(order, TraderOrder) and trade is not None:
        order.matched += size
        order.trade_ids.append(trade.id)


def _resting_reserve(order: TraderOrder) -> int:
    if order.terms.side is Side.BUY:
        return notional(order.terms.price, order.remaining)
    return order.remaining
