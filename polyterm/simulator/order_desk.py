"""Accounts' orders: taken in, matched, rested, delayed, cancelled."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from polyterm.models.enums import OrderType, Side
from polyterm.models.money import UNIT, Dollars, Size, notional
from polyterm.models.tick import on_tick
from polyterm.simulator.accounts import Accounts, Purse
from polyterm.simulator.clock import Clock
from polyterm.simulator.credentials import ApiKey
from polyterm.simulator.execution import Execution
from polyterm.simulator.listener import Listener, OrderChange
from polyterm.simulator.markets import Markets, MarketState
from polyterm.simulator.matching import Plan, plan_budget, plan_shares
from polyterm.simulator.orders import Ending, OrderState, OrderTerms, TraderOrder
from polyterm.simulator.refusals import (
    FAK_KILLED,
    FOK_KILLED,
    MARKET_NOT_READY,
    POST_ONLY_CROSSES,
    RefusalError,
    duplicated,
    not_enough,
    too_small_to_take,
)
from polyterm.simulator.rules import ExchangeRules
from polyterm.simulator.timetable import Timetable
from polyterm.simulator.trades import Trade
from polyterm.simulator.validation import read_terms
from polyterm.simulator.wire.order_payload import PlacedOrder

MIN_TAKE: Dollars = UNIT
"""Least that a marketable BUY may be worth."""


@dataclass(frozen=True, slots=True)
class Placement:
    """What the reply to a placed order tells."""

    order_id: str
    status: str
    """live, matched or delayed (`protocol.md` 1.5)."""
    gave: int = 0
    """Dollars of a BUY, shares of a SELL, in millionths."""
    got: int = 0
    trade_ids: tuple[str, ...] = field(default=())


class OrderDesk:
    """Takes accounts' orders and keeps every one of them, dead ones too."""

    def __init__(
        self,
        *,
        clock: Clock,
        rules: ExchangeRules,
        timetable: Timetable,
        markets: Markets,
        accounts: Accounts,
        execution: Execution,
        listener: Listener,
    ) -> None:
        self._clock = clock
        self._rules = rules
        self._timetable = timetable
        self._markets = markets
        self._accounts = accounts
        self._execution = execution
        self._listener = listener
        self.orders: dict[str, TraderOrder] = {}

    def place(
        self, key: ApiKey, state: MarketState, order_id: str, placed: PlacedOrder
    ) -> Placement:
        """Take in an order whose signature was verified; `RefusalError` where it may not be."""
        if order_id in self.orders:
            raise RefusalError(duplicated(order_id))
        _require_open(state)
        terms = read_terms(order_id, state, placed, self._clock.now_ms(), self._rules)
        order = self._order(key, terms, placed)
        plan = _plan(state, terms)
        needed = _needed(state, terms, plan)
        _require_allowed(state, terms)
        _require_funds(order, needed)
        self.orders[order_id] = order
        if plan.fills and state.market.taker_delay_ms:
            return self._delay(state, order, needed)
        return self._arrive(state, order, plan)

    def cancel(self, order: TraderOrder, ending: Ending = Ending.BY_OWNER) -> None:
        """End an open order; what it kept aside is free again."""
        if order.state is OrderState.LIVE and order.remaining:
            state = self._markets[order.terms.condition_id]
            self._execution.withdraw(state, order, order.remaining)
        self._end(order, ending)

    def drop_uncovered(self, purse: Purse) -> None:
        """Cancel what a purse no longer covers, the newest first: the exchange watches balances."""
        for order in reversed(tuple(self.orders.values())):
            if purse.free >= 0:
                return
            if order.purse is purse and order.is_open:
                self.cancel(order)

    def open_orders(self, owner: str) -> list[TraderOrder]:
        """Open orders of an API key, oldest first."""
        return [o for o in self.orders.values() if o.owner == owner and o.is_open]

    def _order(self, key: ApiKey, terms: OrderTerms, placed: PlacedOrder) -> TraderOrder:
        return TraderOrder(
            terms.order_id,
            terms.book_side,
            terms.book_price,
            terms.size,
            terms=terms,
            account=self._accounts.open(key.address),
            owner=key.key,
            maker_address=placed.signed.maker,
            created_ms=self._clock.now_ms(),
        )

    def _delay(self, state: MarketState, order: TraderOrder, needed: int) -> Placement:
        order.state = OrderState.DELAYED
        order.reserve(needed)
        self._listener.order_changed(order, OrderChange.PLACEMENT)
        due_ms = order.created_ms + state.market.taker_delay_ms
        self._timetable.at(due_ms, partial(self._release, state, order))
        return Placement(order.id, "delayed")

    def _release(self, state: MarketState, order: TraderOrder) -> None:
        """Check again what may have changed during the hold (`protocol.md` 3.7), then go on."""
        if not order.is_open:
            return None
        order.reserve(0)
        plan = _plan(state, order.terms)
        try:
            _require_open(state)
            _require_funds(order, _needed(state, order.terms, plan))
            if not on_tick(order.terms.price, state.market.tick):
                return self._end(order, Ending.INVALID)
            self._arrive(state, order, plan)
        except RefusalError:
            if order.is_open:
                self._end(order, Ending.INVALID)

    def _arrive(self, state: MarketState, order: TraderOrder, plan: Plan) -> Placement:
        self._kill_unfillable(order, plan)
        is_new = order.state is not OrderState.DELAYED
        order.state = OrderState.LIVE
        if is_new:
            self._listener.order_changed(order, OrderChange.PLACEMENT)
        trades = self._execution.take(state, order, plan.fills)
        if plan.is_whole:
            order.state = OrderState.MATCHED
        if trades:
            self._listener.order_changed(order, OrderChange.UPDATE)
        if not plan.is_whole:
            self._keep_rest(state, order)
        return _placement(order, trades)

    def _keep_rest(self, state: MarketState, order: TraderOrder) -> None:
        if not order.terms.order_type.rests:
            return self._end(order, Ending.BY_OWNER)
        self._execution.rest(state, order)
        if order.terms.order_type is OrderType.GTD:
            due_ms = order.terms.expires_s * 1000 - self._rules.gtd_margin_ms
            self._timetable.at(due_ms, partial(self._expire, order))
        return None

    def _kill_unfillable(self, order: TraderOrder, plan: Plan) -> None:
        if order.terms.order_type is OrderType.FOK and not plan.is_whole:
            self._end(order, Ending.FOK_KILLED)
            raise RefusalError(FOK_KILLED)
        if order.terms.order_type is OrderType.FAK and not plan.fills:
            self._end(order, Ending.BY_OWNER)
            raise RefusalError(FAK_KILLED)

    def _expire(self, order: TraderOrder) -> None:
        if order.is_open:
            self.cancel(order, Ending.EXPIRED)

    def _end(self, order: TraderOrder, ending: Ending) -> None:
        order.reserve(0)
        order.state, order.ending = OrderState.CANCELED, ending.value
        self._listener.order_changed(order, OrderChange.CANCELLATION)


def _require_open(state: MarketState) -> None:
    if not state.market.accepting_orders:
        raise RefusalError(MARKET_NOT_READY)


def _require_allowed(state: MarketState, terms: OrderTerms) -> None:
    crosses = state.book.crosses(terms.book_side, terms.book_price)
    if terms.post_only and crosses:
        raise RefusalError(POST_ONLY_CROSSES)
    is_marketable = crosses or not terms.order_type.rests
    dollars = _worth(terms)
    if is_marketable and terms.side is Side.BUY and dollars < MIN_TAKE:
        raise RefusalError(too_small_to_take(dollars))


def _require_funds(order: TraderOrder, needed: int) -> None:
    purse = order.purse
    if needed > purse.free:
        raise RefusalError(not_enough(purse.settled, purse.active, purse.matched, needed))


def _plan(state: MarketState, terms: OrderTerms) -> Plan:
    side, limit = terms.book_side, terms.book_price
    if terms.budget is not None:
        return plan_budget(state.book, side, limit, terms.budget, terms.own_price)
    return plan_shares(state.book, side, limit, terms.size)


def _needed(state: MarketState, terms: OrderTerms, plan: Plan) -> int:
    """Dollars of a BUY, fee included where it takes; shares of a SELL (`protocol.md` 3.8)."""
    if terms.side is Side.SELL:
        return terms.size
    return _worth(terms) + _fee_reserve(state, terms, plan)


def _worth(terms: OrderTerms) -> Dollars:
    return notional(terms.price, terms.size) if terms.budget is None else terms.budget


def _fee_reserve(state: MarketState, terms: OrderTerms, plan: Plan) -> Dollars:
    fees = state.market.fees
    if not plan.fills:
        return 0
    if terms.budget is None:
        return fees.reserve(terms.price, terms.size)
    return sum(fees.taker(f.maker.book_price, f.size) for f in plan.fills)


def _placement(order: TraderOrder, trades: list[Trade]) -> Placement:
    if not trades:
        return Placement(order.id, "live")
    dollars = sum(trade.taker.dollars for trade in trades)
    shares: Size = sum(trade.taker.size for trade in trades)
    gave, got = (dollars, shares) if order.terms.side is Side.BUY else (shares, dollars)
    return Placement(order.id, "matched", gave, got, tuple(trade.id for trade in trades))
