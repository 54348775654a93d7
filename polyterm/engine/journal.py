"""The journal's writer: everything goes to the store first, then to whoever listens."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import msgspec

from polyterm.engine.records import Batch, ChildRecord, Cover, FillRecord, ParentRecord, TokenTotals
from polyterm.engine.store import Store, StoreError, TakenOverError
from polyterm.models.events import Event, StopState

_log = logging.getLogger(__name__)

_KEPT_EVENTS = 5_000
_RETRY_S = 1.0


@dataclass(slots=True, eq=False)
class _Pending:
    batch: Batch
    done: asyncio.Future[None] | None


class Journal:
    """Orders what happened, commits it in groups, and tells it on only then.

    While one commit is under way the next batches gather, so that one sync to disk serves them all.
    A plain batch that cannot be written stays at the head of the queue and is tried again: facts
    are never dropped. A new child that cannot be written is refused to the caller: it is not sent.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._queue: deque[_Pending] = deque()
        self._work = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._tried = asyncio.Event()
        self._seq = 0
        self._told: deque[Event] = deque(maxlen=_KEPT_EVENTS)
        self._told_seq = 0
        self._news = asyncio.Event()
        self.problem = ""
        """Why nothing can be written; empty while all is well."""
        self.taken_over = asyncio.Event()
        """Set once another polyterm owns the journal: the orders are in its care now."""

    @property
    def last_seq(self) -> int:
        """Number of the newest fact told."""
        return self._told_seq

    def start_after(self, seq: int) -> None:
        """Go on numbering where an earlier run ended."""
        self._seq = self._told_seq = seq

    def record(
        self,
        *events: Event,
        parents: tuple[ParentRecord, ...] = (),
        children: tuple[ChildRecord, ...] = (),
        fills: tuple[FillRecord, ...] = (),
        totals: tuple[TokenTotals, ...] = (),
        stop: StopState | None = None,
        watermark_ms: int | None = None,
    ) -> None:
        """Take note of what happened; returns at once, never loses it."""
        self._put(
            Batch(
                parents=tuple(replace(parent) for parent in parents),
                children=tuple(replace(child) for child in children),
                fills=tuple(replace(fill) for fill in fills),
                totals=totals,
                events=self._numbered(events),
                stop=stop,
                watermark_ms=watermark_ms,
            ),
            None,
        )

    async def write_child(self, child: ChildRecord, cover: Cover, *events: Event) -> None:
        """Commit a new child; `StoreError` where that fails, and then it must not be sent."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        batch = Batch(new_child=replace(child), cover=cover, events=self._numbered(events))
        self._put(batch, done)
        await done

    async def flush(self) -> bool:
        """Wait until all that was recorded so far is committed; False where it cannot be now."""
        while not (self._idle.is_set() or self.problem):
            await self._tried.wait()
        return self._idle.is_set()

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            await self._work.wait()
            self._work.clear()
            while self._queue:
                await self._commit_waiting()
            self._idle.set()
            self._wake_waiters()

    def events(self, after: int | None = None) -> AsyncIterator[Event]:
        """Facts in order: from now on, or after that number, from memory or from the store."""
        return self._follow(self._told_seq if after is None else after)

    async def _follow(self, seq: int) -> AsyncIterator[Event]:
        while True:
            for event in await self._after(seq):
                seq = event.seq
                yield event
            if seq >= self._told_seq:
                await self._news.wait()

    async def _after(self, seq: int) -> tuple[Event, ...]:
        if seq >= self._told_seq:
            return ()
        if self._told and self._told[0].seq <= seq + 1:
            return tuple(event for event in self._told if event.seq > seq)
        stored = await self._store.events_after(seq)
        return tuple(event for event in stored if event.seq <= self._told_seq)

    def _numbered(self, events: tuple[Event, ...]) -> tuple[Event, ...]:
        numbered: list[Event] = []
        for event in events:
            self._seq += 1
            numbered.append(msgspec.structs.replace(event, seq=self._seq))
        return tuple(numbered)

    def _put(self, batch: Batch, done: asyncio.Future[None] | None) -> None:
        self._queue.append(_Pending(batch, done))
        self._idle.clear()
        self._work.set()

    async def _commit_waiting(self) -> None:
        group = list(self._queue)
        try:
            results = await self._store.commit([pending.batch for pending in group])
        except StoreError as error:
            self._refuse_children(error)
            self.problem = str(error)
            if isinstance(error, TakenOverError):
                self.taken_over.set()
            self._wake_waiters()
            _log.error("journal: %s", error)
            await asyncio.sleep(_RETRY_S)
            return
        self.problem = ""
        for pending, error in zip(group, results, strict=True):
            self._queue.popleft()
            _answer(pending.done, error)
            if error is None:
                self._tell(pending.batch.events)

    def _wake_waiters(self) -> None:
        self._tried.set()
        self._tried = asyncio.Event()

    def _refuse_children(self, error: StoreError) -> None:
        for pending in [waiting for waiting in self._queue if waiting.done is not None]:
            _answer(pending.done, error)
            self._queue.remove(pending)

    def _tell(self, events: tuple[Event, ...]) -> None:
        if not events:
            return
        self._told.extend(events)
        self._told_seq = events[-1].seq
        self._news.set()
        self._news = asyncio.Event()


def _answer(done: asyncio.Future[None] | None, error: StoreError | None) -> None:
    if done is None or done.done():
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)
