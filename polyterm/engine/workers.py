"""Who works which parent order, and how many at once; the rest wait in line, visibly."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from polyterm.engine.desk import Desk
from polyterm.engine.executor import Executor
from polyterm.engine.parent import Parent
from polyterm.models.enums import OrderStatus
from polyterm.models.ids import OrderId

_log = logging.getLogger(__name__)


class Workers:
    """Runs one executor a parent, at most so many at the same time, first come first served."""

    def __init__(self, desk: Desk, on_ended: Callable[[Parent], None]) -> None:
        self._desk = desk
        self._on_ended = on_ended
        self._free = desk.settings.workers
        self._line: deque[Parent] = deque()
        self._tasks: dict[OrderId, asyncio.Task[None]] = {}

    @property
    def running(self) -> int:
        """Parents that hold a worker."""
        return self._desk.settings.workers - self._free

    @property
    def queued(self) -> int:
        """Parents that wait for one."""
        return len(self._line)

    def start(self, parent: Parent) -> None:
        """Have an order worked; nothing happens where it is already."""
        parent.wake.set()
        if parent.order_id in self._tasks:
            return
        self._line.append(parent)
        task = asyncio.create_task(self._work(parent), name=f"order {parent.order_id}")
        self._tasks[parent.order_id] = task
        task.add_done_callback(lambda _: self._forget(parent))

    async def finish(self) -> None:
        """Wait until all executors have returned."""
        while self._tasks:
            await asyncio.wait(self._tasks.values())

    async def drop(self) -> None:
        """End all executors where they stand; their children stay as they are."""
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _forget(self, parent: Parent) -> None:
        del self._tasks[parent.order_id]
        if parent.is_final:
            self._on_ended(parent)

    async def _work(self, parent: Parent) -> None:
        try:
            async with self._turn(parent):
                await Executor(self._desk, parent).run()
        except Exception:  # noqa: BLE001
            # The one place that holds a bug in a strategy or executor away from the other orders.
            _log.exception("order %s stopped", parent.order_id)
            reason = "stopped by an error inside polyterm, see the log: resume or cancel it"
            self._desk.register.set_status(parent, OrderStatus.NEEDS_DECISION, reason)

    @asynccontextmanager
    async def _turn(self, parent: Parent) -> AsyncGenerator[None]:
        """Hold a worker, in turn; an order that is to be cancelled or paused needs none."""
        try:
            while not (self._is_next(parent) or parent.record.cancel_reason or parent.pause_asked):
                await parent.wake.wait()
                parent.wake.clear()
        finally:
            self._line.remove(parent)
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1
            self._call_next()

    def _is_next(self, parent: Parent) -> bool:
        return self._free > 0 and self._line[0] is parent

    def _call_next(self) -> None:
        if self._free > 0 and self._line:
            self._line[0].wake.set()
