"""Ended orders leave memory once nothing more is expected of them; the journal keeps them.

What they add up to stays (`ledger.py`), late news brings them back (`late_news.py`), and whoever
asks for one is answered from the journal (`past_orders.py`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Container
from dataclasses import dataclass
from itertools import islice

from polyterm.engine.desk import Desk
from polyterm.engine.parent import Child, Parent
from polyterm.engine.past_orders import PastOrders
from polyterm.engine.reconciliation import Reconciler
from polyterm.engine.records import FillRecord
from polyterm.models.ids import ChildId, TradeId

_log = logging.getLogger(__name__)

EVERY_S = 30.0
AT_ONCE = 100
"""Orders that leave in one round, so that a first start on a long history holds nothing up."""
QUIET_MS = 600_000
"""How long nothing must have happened to an order: no request of ours is still on its way, and
every index behind the exchange's answers has caught up."""


@dataclass(frozen=True, slots=True)
class Term:
    """What has to lie behind an order."""

    quiet_ms: int
    """Nothing happened to it since."""
    read_from_ms: int
    """Trades from there on are still read again and again."""
    unseen: Container[tuple[TradeId, ChildId]]
    """Fills that some balance may not show yet."""


def may_leave(parent: Parent, term: Term) -> bool:
    """Whether an order is over, every child dead, every trade settled, and all that long ago."""
    return (
        parent.is_final
        and _is_before(parent.record.ended_ms, term.quiet_ms)
        and (parent.back_ms is None or parent.back_ms < term.quiet_ms)
        and not parent.awaits_trades
        and all(_is_done(child, term) for child in parent.children.values())
    )


def _is_done(child: Child, term: Term) -> bool:
    return (
        child.status.is_final
        and _is_before(child.record.ended_ms, term.quiet_ms)
        and all(_is_settled(fill, term) for fill in child.fills.values())
    )


def _is_settled(fill: FillRecord, term: Term) -> bool:
    return (
        fill.status.is_final
        and _is_before(fill.settled_ms, term.quiet_ms)
        and fill.at_ms < term.read_from_ms
        and (fill.trade_id, fill.child_id) not in term.unseen
    )


def _is_before(at_ms: int | None, limit_ms: int) -> bool:
    return at_ms is not None and at_ms < limit_ms


class Retirement:
    """Lets orders go, a round now and then."""

    def __init__(self, desk: Desk, reconciler: Reconciler, past: PastOrders) -> None:
        self._register = desk.register
        self._journal = desk.journal
        self._clock = desk.clock
        self._reconciler = reconciler
        self._past = past

    async def run(self) -> None:
        """Go on until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            await self.round()

    async def round(self) -> None:
        """Let go of all that may: written down first, and forgotten only if nothing came up."""
        term = self._term()
        parents = self._register.parents.values()
        leaving = list(islice((p for p in parents if may_leave(p, term)), AT_ONCE))
        if not leaving:
            return
        for parent in leaving:
            self._register.see_off(parent)
        if not await self._journal.flush():
            return
        for parent in leaving:
            if parent.record.left_ms is not None:
                self._past.keep(parent)
                self._register.let_go(parent)
        _log.info("%d ended orders left memory", len(leaving))

    def _term(self) -> Term:
        return Term(
            quiet_ms=self._clock.now_ms() - QUIET_MS,
            read_from_ms=self._reconciler.reads_from_ms,
            unseen=self._register.unseen_fills,
        )
