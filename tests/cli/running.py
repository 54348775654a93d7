"""The real parts in processes of their own: a lively local exchange, and daemons on it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

PATIENCE_S = 25.0
POLYTERM = [sys.executable, "-m", "polyterm"]


def eventually(look: Callable[[], Any], patience_s: float = PATIENCE_S) -> Any:
    """What `look` gives once that is true of anything."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        seen = look()
        if seen:
            return seen
        time.sleep(0.05)
    raise AssertionError(f"not within {patience_s:g} s")


@dataclass(frozen=True)
class Exchange:
    """A local exchange that runs."""

    url: str

    def get(self, path: str) -> Any:
        """A public answer of it."""
        with urllib.request.urlopen(self.url + path, timeout=5) as answer:  # noqa: S310
            return json.load(answer)

    def open_orders(self) -> list[str]:
        """Ids of traders' orders that rest there, by its own ledger."""
        return self.get("/_local/ledger")["open_orders"]

    def near_the_middle(self) -> list[tuple[str, float, float]]:
        """Slug, best bid and best ask of markets with room on both sides."""
        found = []
        for market in self.get("/markets?limit=50&active=true&closed=false"):
            bid, ask = self._touch(json.loads(market["clobTokenIds"])[0])
            if 0.25 < bid < ask < 0.75:
                found.append((market["slug"], bid, ask))
        return found

    def _touch(self, token_id: str) -> tuple[float, float]:
        """Best bid and ask; 0 and 1 where the market has ended since, or a side is empty."""
        try:
            book = self.get(f"/book?token_id={token_id}")
        except urllib.error.HTTPError as error:
            if error.code != HTTPStatus.NOT_FOUND:
                raise
            return 0.0, 1.0
        bids, asks = ([float(each["price"]) for each in book[side]] for side in ("bids", "asks"))
        return max(bids, default=0.0), min(asks, default=1.0)


@contextlib.contextmanager
def started(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """A `polyterm` process and its ready line; ended by SIGTERM where it still runs."""
    with subprocess.Popen(
        [*POLYTERM, *arguments], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            assert line, "it ended before it was ready"
            yield process, json.loads(line)
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


@contextlib.contextmanager
def in_terminal(*arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], bytearray]]:
    """A `polyterm` process on a pseudo-terminal of 120 by 40, and what it wrote there."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    seen = bytearray()
    with subprocess.Popen(
        [*POLYTERM, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color"},
        start_new_session=True,
    ) as process:
        os.close(theirs)
        reader = threading.Thread(target=_drain, args=(ours, seen))
        reader.start()
        try:
            yield process, seen
        finally:
            process.terminate()
            process.wait(PATIENCE_S)
            reader.join(PATIENCE_S)
            os.close(ours)


def _drain(terminal: int, seen: bytearray) -> None:
    # Linux answers EIO once the other side is closed.
    with contextlib.suppress(OSError):
        while piece := os.read(terminal, 65_536):
            seen += piece
