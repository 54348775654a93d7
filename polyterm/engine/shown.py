"""What a strategy is shown of its order and its market, made anew for every decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from polyterm.engine.desk import Desk
from polyterm.engine.own_orders import is_stepped_ahead, note_queue
from polyterm.engine.parent import Child, Parent, Tape
from polyterm.models.enums import ChildStatus
from polyterm.models.money import Price, Size
from polyterm.models.order_request import OrderRequest
from polyterm.strategies.base import MarketView, OrderState, Working


@dataclass(frozen=True, slots=True)
class _Terms:
    """A request's numbers, read once: they are asked for at every decision."""

    request: OrderRequest
    size_cap: Size | None
    worst_price: Price
    volume_cap: float | None

    @classmethod
    def of(cls, request: OrderRequest) -> Self:
        cap = request.volume_cap
        return cls(
            request=request,
            size_cap=request.size_units,
            worst_price=request.worst_price,
            volume_cap=None if cap is None else float(cap),
        )


class Shown:
    """Makes the pictures of one order."""

    def __init__(self, desk: Desk, parent: Parent) -> None:
        self._desk = desk
        self._parent = parent
        self._terms = _Terms.of(parent.record.request)

    def order(self) -> OrderState:
        """The order, as far as it is known."""
        parent, record, request = self._parent, self._parent.record, self._parent.record.request
        market = self._desk.market_of(parent)
        sums = parent.sums
        if self._terms.request is not request:
            self._terms = _Terms.of(request)
        self._note_places()
        return OrderState(
            order_id=record.order_id,
            side=request.side,
            size=record.target,
            size_cap=self._terms.size_cap,
            filled=sums.filled,
            worst_price=self._terms.worst_price,
            params=request.params,
            urgency=request.urgency,
            post_only=request.post_only or self._desk.weather.is_post_only,
            accepted_ms=record.created_ms,
            deadline_ms=record.deadline_ms,
            end_action=request.end_action,
            working=tuple(_working(child) for child in sums.working),
            children=len(parent.children),
            adjustments=record.adjustments,
            last_adjusted_ms=record.last_adjusted_ms,
            last_ended_ms=sums.last_ended_ms,
            funds=self._desk.account.funds(market, parent.token_id),
            paid=sums.paid,
            resized_ms=parent.resized_ms,
            crossed=parent.has_child_since(record.deadline_ms),
            seed=record.seed,
            filled_before=self._tape().filled_before,
            stepped_ahead=parent.stepped_ahead,
            volume_cap=self._terms.volume_cap,
        )

    def market(self) -> MarketView:
        """The market as the others made it."""
        monitor, token_id = self._desk.monitor, self._parent.token_id
        return MarketView(
            market=self._desk.market_of(self._parent),
            token_id=token_id,
            book=monitor.others(token_id),
            is_fresh=monitor.is_fresh(token_id),
            traded=monitor.traded_size(token_id) - self._tape().from_size,
        )

    def _note_places(self) -> None:
        monitor, now_ms = self._desk.monitor, self._desk.clock.now_ms()
        for child in self._parent.working:
            if child.status is not ChildStatus.LIVE:
                continue
            note_queue(monitor, child)
            if not child.stepped_ahead and is_stepped_ahead(monitor, child, now_ms):
                child.stepped_ahead = True
                self._parent.stepped_ahead += 1

    def _tape(self) -> Tape:
        """Where the order began to count what the market trades: at its first look in this run."""
        parent = self._parent
        if parent.tape is None:
            parent.tape = Tape(self._desk.monitor.traded_size(parent.token_id), parent.filled)
        return parent.tape


def _working(child: Child) -> Working:
    return Working(
        child_id=child.child_id,
        price=child.record.price,
        size=child.record.size,
        remaining=child.remaining,
        since_ms=child.record.created_ms,
        is_live=child.status is ChildStatus.LIVE,
        ahead=child.ahead,
    )
