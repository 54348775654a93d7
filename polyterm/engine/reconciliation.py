"""Comparing what we believe with what the exchange shows: at start, after every gap, and always.

A picture never undoes anything newer: matched sizes only grow, and an order that is missing from
the list of open ones is looked up by its id, never taken for cancelled (rules R3 and R10).
"""

from __future__ import annotations

import asyncio
import logging

from polyterm.engine.child_states import ChildEvent
from polyterm.engine.desk import Desk
from polyterm.engine.parent import Child
from polyterm.engine.ports import ExchangeError
from polyterm.engine.prover import Prover
from polyterm.models.enums import ChildStatus
from polyterm.models.ids import ChildId

_log = logging.getLogger(__name__)

CALM_S = 5.0
"""Seconds between two rounds while the user feed stands."""
BLIND_S = 1.0
"""Seconds between two rounds while fills may be happening unseen."""
_OVERLAP_MS = 120_000
_RECENT_MS = 3_000
"""A child touched this recently is still being told about by its own answer and the feed."""


class Reconciler:
    """Reads the exchange and puts the register right."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._prover = Prover(desk)
        self._watermark_ms = desk.clock.now_ms()
        self.is_blind = True
        """Whether the user feed is down."""
        self._hurry = asyncio.Event()
        self._absences: dict[ChildId, tuple[float, int]] = {}
        self._undead: set[ChildId] = set()

    def start_from(self, watermark_ms: int | None) -> None:
        """Trades up to then are in the journal already."""
        if watermark_ms is not None:
            self._watermark_ms = watermark_ms

    @property
    def reads_from_ms(self) -> int:
        """Trades from there on are read in every round."""
        return self._watermark_ms - _OVERLAP_MS

    def hurry(self) -> None:
        """Do the next round now: something happened that may have been missed."""
        self._hurry.set()

    async def at_start(self) -> None:
        """Learn the fate of everything that an earlier run left, before any strategy runs."""
        for _, child in list(self._desk.register.open_children()):
            if child.status in {ChildStatus.WRITTEN, ChildStatus.SENT}:
                self._desk.register.move(
                    child.child_id, ChildEvent.LOST_SIGHT, "polyterm ended while sending it"
                )
        await self.round(every=True)
        unknown = [c for _, c in self._desk.register.open_children() if _is_unknown(c)]
        await asyncio.gather(*(self._prover.resolve(child) for child in unknown))

    async def run(self) -> None:
        """Compare until cancelled."""
        while True:
            try:
                async with asyncio.timeout(BLIND_S if self.is_blind else CALM_S):
                    await self._hurry.wait()
            except TimeoutError:
                pass
            self._hurry.clear()
            try:
                await self.round()
            except ExchangeError as error:
                _log.info("reconciliation: %s", error)

    async def round(self, *, every: bool = False) -> None:
        """One comparison; `ExchangeError` where the exchange cannot be read."""
        started_ms = self._desk.clock.now_ms()
        await self._open_orders(started_ms, every)
        await self._trades(started_ms)
        await self._desk.account.refresh()

    async def _open_orders(self, started_ms: int, every: bool) -> None:
        register = self._desk.register
        shown = register.see_open(await self._desk.exchange.open_orders())
        self._doubt_deaths(shown)
        for _, child in list(register.open_children()):
            is_recent = started_ms - child.record.created_ms < _RECENT_MS
            if child.child_id not in shown and (every or not is_recent):
                await self._look_for(child)

    def _doubt_deaths(self, shown: frozenset[ChildId]) -> None:
        """Believe again in a child that counts as dead and is listed as open twice in a row.

        Once may be an old list; twice, seconds apart, is an order that nobody watches.
        """
        pairs = ((child_id, self._desk.register.child(child_id)) for child_id in shown)
        undead = {i for i, pair in pairs if pair is not None and pair[1].status.is_final}
        for child_id in sorted(undead & self._undead):
            self._desk.register.move(child_id, ChildEvent.REVIVED, "still listed as open")
        self._undead = undead

    async def _look_for(self, child: Child) -> None:
        """Ask for a child that is not among the open ones, and doubt one that rested and is gone.

        A doubted child whose order is worked is resolved there; for all others the rounds count.
        """
        if await self._prover.look(child) is not None:
            self._absences.pop(child.child_id, None)
            return
        if child.status is ChildStatus.LIVE:
            # It was seen since it was last missed, so this absence is counted from here.
            self._absences.pop(child.child_id, None)
            self._desk.register.move(child.child_id, ChildEvent.VANISHED, "no longer shown")
        if child.status is ChildStatus.UNKNOWN:
            since_s, looks = self._absences.get(child.child_id, (self._now_s(), 0))
            self._absences[child.child_id] = since_s, looks + 1
            if self._prover.conclude(child, looks + 1, self._now_s() - since_s):
                del self._absences[child.child_id]

    def _now_s(self) -> float:
        return self._desk.clock.monotonic()

    async def _trades(self, started_ms: int) -> None:
        trades = await self._desk.exchange.trades(self.reads_from_ms)
        for trade in trades:
            self._desk.register.see_trade(trade)
        unsettled = [trade.at_ms for trade in trades if not trade.status.is_final]
        self._watermark_ms = min([started_ms, *unsettled])
        self._desk.journal.record(watermark_ms=self._watermark_ms)


def _is_unknown(child: Child) -> bool:
    return child.status is ChildStatus.UNKNOWN
