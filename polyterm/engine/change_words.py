"""What a change does to an order, in words: each value before and after, and each new risk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from polyterm.engine.records import ParentRecord
from polyterm.models.enums import Side
from polyterm.models.money import Size, format_price, format_units
from polyterm.models.order_change import OrderChange
from polyterm.models.order_request import OrderRequest


@dataclass(frozen=True, slots=True)
class Changing:
    """An order on its way from one request to another; nothing of it is in force yet."""

    record: ParentRecord
    change: OrderChange
    request: OrderRequest
    """The order's request with the change in it."""
    target: Size
    now_ms: int

    @property
    def deadline_ms(self) -> int | None:
        """When the end action comes, once it is changed."""
        if self.change.deadline_s is None:
            return self.record.deadline_ms
        return self.now_ms + int(self.change.deadline_s * 1000)


def moves(changing: Changing) -> tuple[str, ...]:
    """Each value that the change names, before and after: `limit 0.55 → 0.57`."""
    return tuple(_MOVES[name](changing) for name in changing.change.fields)


def risks(changing: Changing) -> Iterator[str]:
    """Where the order may come to cost more than it could before."""
    old, new = changing.record, changing.request
    is_buy = new.side is Side.BUY
    if changing.target > old.target:
        more = format_units(changing.target - old.target, 0)
        yield f"it may {'buy' if is_buy else 'sell'} {more} shares more"
    cap, old_cap = new.size_units, old.request.size_units
    if new.params.sized_by and cap is not None and old_cap is not None and cap > old_cap:
        yield f"its stake may grow to {format_units(cap, 0)} shares"
    limit, was = new.worst_price, old.request.worst_price
    if limit != was and new.side.within(was, limit):
        by = format_price(abs(limit - was))
        yield f"it may {'pay' if is_buy else 'take'} {by} {'more' if is_buy else 'less'} a share"


def _size(changing: Changing) -> str:
    return f"size {_shares(changing.record.request)} → {_shares(changing.request)}"


def _limit(changing: Changing) -> str:
    old, new = changing.record.request.worst_price, changing.request.worst_price
    return f"limit {format_price(old)} → {format_price(new)}"


def _urgency(changing: Changing) -> str:
    return f"urgency {changing.record.request.urgency} → {changing.request.urgency}"


def _deadline(changing: Changing) -> str:
    old_ms = changing.record.deadline_ms
    old = "none" if old_ms is None else f"in {max(old_ms - changing.now_ms, 0) // 1000} s"
    return f"deadline {old} → in {changing.change.deadline_s} s"


def _shares(request: OrderRequest) -> str:
    return "no cap" if request.size_units is None else format_units(request.size_units, 0)


_MOVES: dict[str, Callable[[Changing], str]] = {
    "size": _size,
    "max_price": _limit,
    "min_price": _limit,
    "urgency": _urgency,
    "deadline_s": _deadline,
}
