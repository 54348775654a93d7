"""News of orders that have left memory: each is found in the journal, and taken back for it.

A dead order may turn out to be alive after a day, and a trade may fail after its end (rule R3).
Most of what is heard here is about orders placed by hand, or was told before: it changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from itertools import islice

from polyterm.engine.assembly import assembled
from polyterm.engine.desk import Desk
from polyterm.engine.evidence import Evidence, is_news, subjects
from polyterm.engine.parent import Parent
from polyterm.engine.past_orders import PastOrders
from polyterm.engine.store import Store, StoreError
from polyterm.models.ids import ChildId

_log = logging.getLogger(__name__)

_AT_ONCE = 50
"""Pieces of news weighed together: so many orders may be in memory for a moment."""
_RETRY_S = 1.0


class LateNews:
    """Looks up what the register does not know."""

    def __init__(self, desk: Desk, store: Store, past: PastOrders) -> None:
        self._register = desk.register
        self._clock = desk.clock
        self._store = store
        self._past = past
        self._heard: dict[Evidence, None] = {}
        self._wake = asyncio.Event()

    def hear(self, evidence: Evidence) -> None:
        """Take note of it; it is looked into in a moment."""
        self._heard[evidence] = None
        self._wake.set()

    async def run(self) -> None:
        """Look into what was heard, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._heard:
                try:
                    await self._weigh(tuple(islice(self._heard, _AT_ONCE)))
                except StoreError as error:
                    _log.warning("news of earlier orders has to wait: %s", error)
                    await asyncio.sleep(_RETRY_S)

    async def _weigh(self, some: tuple[Evidence, ...]) -> None:
        """Take back the orders that some of it is news of, and apply what is news of any order.

        One that is in memory by now, because of other news, may be what it is about as well.
        """
        strangers = {one for each in some for one in subjects(each) if self._parent_of(one) is None}
        known = assembled(await self._store.find_orders(child_ids=sorted(strangers)))
        late = [parent for parent in known if any(is_news(each, parent) for each in some)]
        if late:
            await self._take_back(late)
        for evidence in some:
            del self._heard[evidence]
            if any(is_news(evidence, parent) for parent in self._parents_of(evidence)):
                self._register.see(evidence)

    async def _take_back(self, parents: Iterable[Parent]) -> None:
        order_ids = sorted(parent.order_id for parent in parents)
        for parent in assembled(await self._store.recall(order_ids)):
            _log.info("taken back for late news", extra={"order_id": parent.order_id})
            parent.back_ms = self._clock.now_ms()
            self._past.drop(parent.order_id)
            self._register.take_in(parent)

    def _parents_of(self, evidence: Evidence) -> Iterable[Parent]:
        parents = (self._parent_of(child_id) for child_id in subjects(evidence))
        return (parent for parent in parents if parent is not None)

    def _parent_of(self, child_id: ChildId) -> Parent | None:
        pair = self._register.child(child_id)
        return None if pair is None else pair[0]
