"""An event loop whose time jumps to the next timer: hours of waiting pass in milliseconds.

Work in other threads takes no virtual time: while any is under way, the loop waits for it. Work
that the loop was not told of would take an unknown time, so it fails the test.
"""

from __future__ import annotations

import asyncio
import selectors
import threading
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from typing import Any, TypeVar

Result = TypeVar("Result")

START_MS = 1_790_000_000_000
_PATIENCE_S = 30.0
"""Real seconds after which another thread is taken to hang."""


class _JumpingSelector(selectors.SelectSelector):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.outside = 0
        """Errands of other threads that are waited for."""
        self.has_strayed = False
        """Whether a thread spoke up that nobody waited for."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if self.has_strayed:
            raise AssertionError("another thread was at work, and virtual time went on meanwhile")
        ready = super().select(_PATIENCE_S if self.outside and timeout != 0 else 0)
        if ready:
            return ready
        if self.outside and timeout != 0:
            raise AssertionError("another thread did not come to an end")
        if timeout is None:
            raise AssertionError("everything waits, and no timer is set: the test would hang")
        self.now += max(timeout, 0.0)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop in virtual time."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        self._home = threading.get_ident()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now

    @contextmanager
    def waiting_outside(self) -> Generator[None]:
        """Let no virtual time pass within, because another thread is at work for us."""
        self._jumping.outside += 1
        try:
            yield
        finally:
            self._jumping.outside -= 1

    def run_in_executor(
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        future = super().run_in_executor(executor, func, *args)
        self._jumping.outside += 1
        future.add_done_callback(lambda _: self._come_back())
        return future

    def call_soon_threadsafe(
        self, callback: Callable[..., Any], *args: Any, **options: Any
    ) -> asyncio.Handle:
        is_own = threading.get_ident() == self._home
        self._jumping.has_strayed |= not (is_own or self._jumping.outside)
        return super().call_soon_threadsafe(callback, *args, **options)

    async def shutdown_default_executor(self, *args: Any) -> None:
        with self.waiting_outside():
            await super().shutdown_default_executor(*args)

    def _come_back(self) -> None:
        self._jumping.outside -= 1


class VirtualClock:
    """The engine's clock on a virtual loop; it may be ahead of the loop's timers after a sleep."""

    def __init__(self) -> None:
        self._slept_s = 0.0

    def sleep_machine(self, seconds: float) -> None:
        """Pass time in which the loop did not turn, as a suspended machine does."""
        self._slept_s += seconds

    def now_ms(self) -> int:
        return START_MS + round(self.monotonic() * 1000)

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time() + self._slept_s


def run_virtual(main: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine to its end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
