"""What the engine counts while it works: counters and histograms, fed with facts and durations.

Nothing here reads a clock or knows a wire format; `polyterm.cli.open_metrics` writes families out.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from polyterm.engine.parent import Parent
from polyterm.models.events import (
    ChildChanged,
    Event,
    Filled,
    FillSettled,
    OrderAccepted,
    OrderAdjusted,
    OrderStatusChanged,
)
from polyterm.models.ids import OrderId
from polyterm.models.money import notional, unit_decimal

Labels: TypeAlias = tuple[str, ...]
Number: TypeAlias = int | float | Decimal
"""Money and shares are `Decimal`, durations and ratios are floats."""


class Kind(StrEnum):
    """How a family is to be read."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Sample:
    """One number of a family."""

    value: Number
    labels: tuple[tuple[str, str], ...] = ()
    suffix: str = ""
    """What follows the family's name: `_total`, `_bucket`, `_sum`, `_count`, or nothing."""


@dataclass(frozen=True, slots=True)
class Family:
    """All samples of one name; the unit is the name's last word, as OpenMetrics wants it."""

    name: str
    kind: Kind
    help: str
    samples: tuple[Sample, ...]
    unit: str = ""


class Counter:
    """Numbers that only grow, by the values of their labels."""

    def __init__(self, name: str, text: str, labels: Labels = (), unit: str = "") -> None:
        self.name = name
        self._text = text
        self._labels = labels
        self._unit = unit
        self._values: dict[Labels, int | Decimal] = {}

    def add(self, *values: str, by: int | Decimal = 1) -> None:
        """Count one more, or `by` more, under these values of the labels."""
        self._values[values] = self._values.get(values, 0) + by

    def family(self) -> Family:
        """Where it stands."""
        samples = tuple(
            Sample(number, tuple(zip(self._labels, values, strict=True)), "_total")
            for values, number in sorted(self._values.items())
        )
        return Family(self.name, Kind.COUNTER, self._text, samples, self._unit)


class Histogram:
    """How often a number fell below each bound, by the values of its labels."""

    def __init__(
        self,
        name: str,
        text: str,
        bounds: tuple[float, ...],
        labels: Labels = (),
        unit: str = "",
    ) -> None:
        self.name = name
        self._text = text
        self._bounds = bounds
        self._labels = labels
        self._unit = unit
        self._counts: dict[Labels, list[int]] = {}
        self._sums: dict[Labels, float] = {}

    def note(self, number: float, *values: str) -> None:
        """Take in one number under these values of the labels."""
        counts = self._counts.setdefault(values, [0] * (len(self._bounds) + 1))
        counts[bisect_left(self._bounds, number)] += 1
        self._sums[values] = self._sums.get(values, 0.0) + number

    def family(self) -> Family:
        """Where it stands, each bucket holding those below it too."""
        samples = tuple(s for values in sorted(self._counts) for s in self._samples(values))
        return Family(self.name, Kind.HISTOGRAM, self._text, samples, self._unit)

    def _samples(self, values: Labels) -> Iterable[Sample]:
        labels, below = tuple(zip(self._labels, values, strict=True)), 0
        edges = (*(repr(bound) for bound in self._bounds), "+Inf")
        for edge, count in zip(edges, self._counts[values], strict=True):
            below += count
            yield Sample(below, (*labels, ("le", edge)), "_bucket")
        yield Sample(below, labels, "_count")
        yield Sample(self._sums[values], labels, "_sum")


_CALL_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_ORDER_S = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14400.0, 86400.0)
_RATIO = (0.0, 0.25, 0.5, 0.75, 0.9, 0.99, 1.0)


class Metrics:
    """Everything that is counted over one run of the engine."""

    def __init__(self, parent_of: Callable[[OrderId], Parent | None]) -> None:
        self._parent_of = parent_of
        self.accepted = Counter("polyterm_orders_accepted", "Parent orders taken.", ("strategy",))
        self.ended = Counter(
            "polyterm_orders_ended", "Parent orders that ended.", ("strategy", "status")
        )
        self.execution = Histogram(
            "polyterm_execution_seconds",
            "From acceptance to the end of a parent order.",
            _ORDER_S,
            ("strategy",),
            "seconds",
        )
        self.fill_ratio = Histogram(
            "polyterm_fill_ratio",
            "Filled part of the target when a parent order ended.",
            _RATIO,
            ("strategy",),
            "ratio",
        )
        self.children = Counter(
            "polyterm_child_changes", "Moves of child orders, by where they went.", ("status",)
        )
        self.fills = Counter("polyterm_fills", "Trades of our child orders.", ("side", "role"))
        self.settled = Counter("polyterm_fills_settled", "Steps of settlement.", ("status",))
        self.filled_shares = Counter(
            "polyterm_filled_shares", "Shares traded.", ("side",), "shares"
        )
        self.filled_dollars = Counter(
            "polyterm_filled_dollars", "Price x size of trades.", ("side",), "dollars"
        )
        self.fees = Counter("polyterm_fees_dollars", "Fees of trades.", (), "dollars")
        self.adjustments = Counter(
            "polyterm_adjustments", "Children cancelled and replaced.", ("strategy",)
        )
        self.calls = Histogram(
            "polyterm_hop_seconds",
            "Duration of one hop: a call of the exchange, a signature, a commit.",
            _CALL_S,
            ("hop",),
            "seconds",
        )
        self.errors = Counter(
            "polyterm_api_errors", "Calls that did not bring what was asked for.", ("hop", "class")
        )

    def families(self) -> tuple[Family, ...]:
        """All of it, as it stands now."""
        counted: tuple[Counter | Histogram, ...] = (
            self.accepted,
            self.ended,
            self.execution,
            self.fill_ratio,
            self.children,
            self.fills,
            self.settled,
            self.filled_shares,
            self.filled_dollars,
            self.fees,
            self.adjustments,
            self.calls,
            self.errors,
        )
        return tuple(each.family() for each in counted)

    def count(self, event: Event) -> None:
        """Take in one fact."""
        match event:
            case OrderAccepted():
                self.accepted.add(self._strategy(event))
            case OrderStatusChanged() if event.status.is_final:
                self._count_end(event)
            case ChildChanged():
                self.children.add(event.status.value)
            case Filled():
                self._count_fill(event)
            case FillSettled():
                self.settled.add(event.status.value)
            case OrderAdjusted():
                self.adjustments.add(self._strategy(event))
            case _:
                return

    def _count_end(self, event: OrderStatusChanged) -> None:
        parent = self._parent(event)
        if parent is None:
            return
        record, strategy = parent.record, parent.record.request.strategy
        self.ended.add(strategy, event.status.value)
        self.execution.note((event.at_ms - record.created_ms) / 1000, strategy)
        if record.target:
            self.fill_ratio.note(min(parent.filled / record.target, 1.0), strategy)

    def _count_fill(self, event: Filled) -> None:
        side = event.side.value
        self.fills.add(side, "maker" if event.is_maker else "taker")
        self.filled_shares.add(side, by=unit_decimal(event.size))
        self.filled_dollars.add(side, by=unit_decimal(notional(event.price, event.size)))
        self.fees.add(by=unit_decimal(event.fee))

    def _strategy(self, event: Event) -> str:
        parent = self._parent(event)
        return parent.record.request.strategy if parent else "unknown"

    def _parent(self, event: Event) -> Parent | None:
        return self._parent_of(event.order_id) if event.order_id else None
