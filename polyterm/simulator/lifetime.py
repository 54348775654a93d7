"""When a process of its own has to end: a signal, or the death of whoever started it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_CHUNK = 4096


@contextmanager
def ending(*, watch_stdin: bool) -> Iterator[asyncio.Event]:
    """An event that is set by SIGTERM or SIGINT, and at the end of stdin where that is watched.

    A parent that holds the other end of a pipe ends its child so however it dies itself.
    """
    loop, end = asyncio.get_running_loop(), asyncio.Event()
    for number in _SIGNALS:
        loop.add_signal_handler(number, end.set)
    stdin = sys.stdin.fileno() if watch_stdin else None
    if stdin is not None:
        loop.add_reader(stdin, _read, stdin, end)
    try:
        yield end
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
        if stdin is not None:
            loop.remove_reader(stdin)


def _read(handle: int, end: asyncio.Event) -> None:
    if not os.read(handle, _CHUNK):
        asyncio.get_running_loop().remove_reader(handle)
        end.set()
