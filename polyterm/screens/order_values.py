"""What may be changed of an order, as the texts of a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from polyterm.models.enums import Side
from polyterm.models.money import format_price, format_units
from polyterm.models.views import OrderView
from polyterm.strategies.registry import STRATEGIES

LIMIT_OF = {Side.BUY: "max_price", Side.SELL: "min_price"}


@dataclass(frozen=True, slots=True)
class OrderValues:
    """The changeable values of an order at one time."""

    texts: Mapping[str, str]
    """Text by field, empty where it has none; without the deadline, which is a moment."""
    deadline_ms: int | None

    def filled_in(self, now_ms: int) -> dict[str, str]:
        """All fields; the deadline in seconds from now, empty where there is none to come."""
        left_s = 0 if self.deadline_ms is None else (self.deadline_ms - now_ms) // 1000
        return {**self.texts, "deadline_s": str(left_s) if left_s > 0 else ""}


def values_of(order: OrderView) -> OrderValues:
    """What stands for the order now."""
    is_sized = bool(STRATEGIES[order.strategy].params.sized_by)
    size = order.size_cap if is_sized else order.size
    texts = {
        "size": "" if size is None else format_units(size, 0),
        LIMIT_OF[order.side]: format_price(order.worst_price),
        "urgency": order.urgency.value,
    }
    return OrderValues(texts, order.deadline_ms)


def edited(typed: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """The fields that hold something else than what was filled in."""
    return {name: value for name, value in typed.items() if value != known.get(name, "")}


def emptied(typed: Mapping[str, str], known: Mapping[str, str]) -> tuple[str, ...]:
    """Fields that held something and hold nothing now: it cannot be taken away from an order."""
    return tuple(name for name, value in known.items() if value and not typed.get(name))
