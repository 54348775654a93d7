"""Finding out what became of a child: reading, cancelling, and reading again (rules R3 and R4).

Nothing here concludes from silence. A child is dead when the exchange says so and says how much of
it had matched; it never landed when spaced looks at the order and at the trades all came back empty
and no request of ours can still be on its way.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress

from polyterm.engine.child_states import ChildEvent
from polyterm.engine.desk import Desk
from polyterm.engine.parent import Child
from polyterm.engine.ports import ExchangeError, RemoteOrder
from polyterm.models.enums import ChildStatus
from polyterm.models.events import StopState
from polyterm.models.ids import ChildId

LOOKS_S = (0.3, 0.7, 1.5, 3.0, 5.0, 8.0)
"""Pauses between looks for an order whose fate is unknown; the last one repeats."""
REQUEST_LIFETIME_S = 30.0
"""Longest time after which a request of ours might still arrive."""
MIN_LOOKS = 3
_TRADES_OVERLAP_MS = 60_000


class Prover:
    """Asks the exchange until something is proved."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def look(self, child: Child) -> RemoteOrder | None:
        """Read one child and apply what is seen; `ExchangeError` where it cannot be read."""
        remote = await self._desk.exchange.order(child.child_id)
        if remote is not None:
            self._desk.register.see_order(remote)
        return remote

    async def read_trades(self, children: Iterable[Child]) -> None:
        """Read the trades since the oldest of these children, and apply them."""
        created = [child.record.created_ms for child in children]
        if not created:
            return
        for trade in await self._desk.exchange.trades(min(created) - _TRADES_OVERLAP_MS):
            self._desk.register.see_trade(trade)

    async def resolve(self, child: Child) -> None:
        """Stay with a child of unknown fate until it is proved live, dead or never landed."""
        started = self._desk.clock.monotonic()
        empty_looks = 0
        for attempt in _attempts():
            await asyncio.sleep(attempt)
            if child.status is not ChildStatus.UNKNOWN:
                return
            try:
                seen = await self.look(child)
                await self.read_trades([child])
            except ExchangeError:
                continue
            empty_looks = 0 if seen or child.matched else empty_looks + 1
            if child.status is not ChildStatus.UNKNOWN:
                return
            waited = self._desk.clock.monotonic() - started
            if self.conclude(child, empty_looks, waited):
                return

    def conclude(self, child: Child, looks: int, seconds: float) -> bool:
        """Conclude from enough empty looks over long enough; whether that was possible.

        A child that ever rested is gone, any other never arrived.
        """
        if looks < MIN_LOOKS or seconds < REQUEST_LIFETIME_S:
            return False
        if child.has_rested or child.matched:
            event, what = ChildEvent.SEEN_DEAD, "no longer shown by the exchange"
        else:
            event, what = ChildEvent.DISPROVED, "never reached the exchange"
        self._desk.register.move(child.child_id, event, f"{what}: not found {looks} times")
        return True

    async def disprove(self, child: Child, reason: str) -> None:
        """One look at an order that the exchange said it did not book; then it counts as refused.

        `ExchangeError` where even that cannot be read: its fate stays unknown.
        """
        if await self.look(child) is None:
            self._desk.register.move(child.child_id, ChildEvent.REFUSED, reason)

    async def withdraw(self, children: Sequence[Child]) -> None:
        """Cancel these, and return when each is proved dead with its matched size.

        Goes on over errors until it is done: whoever cannot wait for ever sets a timeout. During an
        emergency stop it sends nothing itself, as one cancel-all does the work.
        """
        absences: Counter[ChildId] = Counter()
        for pause in _attempts():
            waiting = [child for child in children if not child.status.is_final]
            if not waiting:
                break
            cancelled = await self._cancel(waiting)
            absences.update(dict.fromkeys(cancelled, MIN_LOOKS))
            with suppress(ExchangeError):
                for child in waiting:
                    await self._confirm(child, absences)
            if any(not child.status.is_final for child in waiting):
                await asyncio.sleep(pause)
        await self.await_trades(children)

    async def await_trades(self, children: Sequence[Child], patience_s: float = 10.0) -> None:
        """Wait for the trades of shares that the exchange said were matched, reading for them."""
        deadline = self._desk.clock.monotonic() + patience_s
        for pause in _attempts():
            waiting = [child for child in children if child.awaits_trades]
            if not waiting or self._desk.clock.monotonic() >= deadline:
                return
            with suppress(ExchangeError):
                await self.read_trades(waiting)
            if any(child.awaits_trades for child in waiting):
                await asyncio.sleep(pause)

    async def _cancel(self, children: Sequence[Child]) -> frozenset[ChildId]:
        """Send one cancel for these; the ids that the exchange says it cancelled."""
        for child in children:
            self._desk.register.move(child.child_id, ChildEvent.ASK_CANCEL)
        if self._desk.gate.stop.state is not StopState.RUNNING:
            return frozenset()
        report = await self._desk.exchange.cancel([child.child_id for child in children])
        if report.retry_after_s:
            await asyncio.sleep(report.retry_after_s)
        return report.cancelled

    async def _confirm(self, child: Child, absences: Counter[ChildId]) -> None:
        """Read a child after its cancel; one that is not shown at all is judged by its absence.

        The exchange's own "cancelled", or three spaced looks that find it neither by id nor among
        the open orders, prove it dead; the trades read before that say what it had brought.
        """
        if child.status.is_final or await self.look(child) is not None:
            return
        if child.status is ChildStatus.UNKNOWN:
            await self.resolve(child)
            return
        await self.read_trades([child])
        if child.child_id in {order.child_id for order in await self._desk.exchange.open_orders()}:
            return
        absences[child.child_id] += 1
        if absences[child.child_id] >= MIN_LOOKS:
            self._desk.register.move(child.child_id, ChildEvent.SEEN_DEAD, "no longer shown")


def _attempts() -> Iterable[float]:
    yield from LOOKS_S
    while True:
        yield LOOKS_S[-1]
