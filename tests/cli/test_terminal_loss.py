"""A terminal that is closed, or takes nothing more, must not take the engine with it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios
from collections.abc import Iterator

import pytest

from tests.cli.conftest import Polyterm
from tests.cli.running import POLYTERM, Exchange, eventually, started


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    with started("exchange", "--pace", "20", "--seed", "7") as (_, ready):
        yield Exchange(ready["url"])


@contextlib.contextmanager
def _on_a_deaf_terminal(url: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A console on a pseudo-terminal that nobody reads, and our end of it."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    with subprocess.Popen(
        [*POLYTERM, "--exchange-url", url],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color"},
        start_new_session=True,
    ) as process:
        os.close(theirs)
        try:
            yield process, ours
        finally:
            process.kill()
            process.wait(10)
            with contextlib.suppress(OSError):
                os.close(ours)


def _rest_one(polyterm: Polyterm, exchange: Exchange) -> None:
    eventually(lambda: polyterm("health").returncode == 0)
    slug, _, _ = exchange.near_the_middle()[0]
    line = f"add-order --market {slug} --outcome yes --side buy --strategy micro_price"
    eventually(lambda: polyterm(f"{line} --size 10 --max-price 0.05").returncode == 0)
    eventually(lambda: len(exchange.open_orders()) == 1)


def test_44_an_engine_goes_on_while_its_terminal_takes_nothing(
    polyterm: Polyterm, exchange: Exchange
):
    with _on_a_deaf_terminal(exchange.url) as (process, _):
        _rest_one(polyterm, exchange)
        assert polyterm("cancel --all").returncode == 0
        eventually(lambda: exchange.open_orders() == [])
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_44_closing_the_terminal_cancels_and_ends(polyterm: Polyterm, exchange: Exchange):
    with _on_a_deaf_terminal(exchange.url) as (process, ours):
        _rest_one(polyterm, exchange)
        os.close(ours)
        assert process.wait(25) == 0
    assert exchange.open_orders() == []
