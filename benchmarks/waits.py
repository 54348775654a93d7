"""A stopwatch between a change of the book and the decisions that it calls for."""

from __future__ import annotations

import time
from collections import defaultdict
from random import Random
from types import TracebackType
from typing import Self

from polyterm.engine import executor
from polyterm.models.ids import OrderId, TokenId
from polyterm.strategies.base import Decision, MarketView, OrderState, Wait


class Waits:
    """Stands before the engine's `decide` while it is entered."""

    def __init__(self) -> None:
        self._decide = executor.decide
        self._resting: defaultdict[TokenId, set[OrderId]] = defaultdict(set)
        """Orders whose last decision was to wait: the others are busy with the exchange."""
        self._due: dict[OrderId, float] = {}
        self._taken_s: list[float] = []
        self._begun_s = self._last_s = 0.0
        self._decisions = 0

    def __enter__(self) -> Self:
        executor.decide = self._timed
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        executor.decide = self._decide

    def begin(self) -> None:
        """Count from now on."""
        self._taken_s.clear()
        self._due.clear()
        self._decisions = 0
        self._begun_s = time.perf_counter()

    def changed(self, token_id: TokenId, due_s: float) -> None:
        """The book of that token changes, and should have at that time."""
        for order_id in self._resting[token_id]:
            self._due.setdefault(order_id, due_s)

    def percentile_ms(self, percent: int) -> float:
        """The wait that so many percent of the decisions did not pass; those still out count."""
        waiting = [time.perf_counter() - due_s for due_s in self._due.values()]
        ordered = sorted(self._taken_s + waiting)
        return ordered[min(len(ordered) * percent // 100, len(ordered) - 1)] * 1000

    @property
    def a_second(self) -> float:
        """Decisions taken."""
        return self._decisions / (self._last_s - self._begun_s)

    def _timed(self, order: OrderState, view: MarketView, now_ms: int, random: Random) -> Decision:
        self._last_s, self._decisions = time.perf_counter(), self._decisions + 1
        due_s = self._due.pop(order.order_id, None)
        if due_s is not None:
            self._taken_s.append(self._last_s - due_s)
        decision = self._decide(order, view, now_ms, random)
        resting = self._resting[view.token_id]
        (resting.add if isinstance(decision, Wait) else resting.discard)(order.order_id)
        return decision
