"""A fake engine behind a real control socket, and the real command in a process of its own."""

from __future__ import annotations

import asyncio
import os
import shlex
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from polyterm.cli.control import open_control
from polyterm.cli.control_socket import bound_socket, choose_socket
from polyterm.cli.places import VenuePlace, find_place
from polyterm.cli.venue_lock import VenueLock
from tests.fakes.control_engine import ControlEngine

Polyterm = Callable[[str], subprocess.CompletedProcess[str]]


@dataclass
class Served:
    """A fake engine that answers commands."""

    engine: ControlEngine
    place: VenuePlace
    socket: Path


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of its own, with a path short enough for a socket, and no settings of ours."""
    for name in list(os.environ):
        if name.startswith("POLYTERM_"):
            monkeypatch.delenv(name)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    with tempfile.TemporaryDirectory(prefix="pt-") as directory:
        monkeypatch.setenv("POLYTERM_DATA_DIR", f"{directory}/data")
        monkeypatch.setenv("POLYTERM_CONFIG_DIR", f"{directory}/config")
        yield Path(directory)


@pytest.fixture
def manager(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """What listens in the service manager's place."""
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as listener:
        listener.bind(str(home / "notify"))
        listener.settimeout(20)
        monkeypatch.setenv("NOTIFY_SOCKET", str(home / "notify"))
        yield listener


@pytest.fixture
def polyterm() -> Polyterm:
    """Run the command as a shell would."""

    def run(line: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "polyterm", *shlex.split(line)],
            capture_output=True,
            text=True,
            timeout=50,
            stdin=subprocess.DEVNULL,
        )

    return run


@pytest.fixture
def served() -> Iterator[Served]:
    """A control socket that answers for as long as the test runs."""
    engine, place = ControlEngine(), find_place().make()
    loop, ended = asyncio.new_event_loop(), asyncio.Event()
    ready: list[Path] = []
    is_ready = threading.Event()

    async def serve() -> None:
        with (
            VenueLock(place.directory) as lock,
            bound_socket(choose_socket(place)) as listener,
        ):
            async with open_control(engine, place, lock, listener) as record:
                ready.append(Path(record.socket))
                is_ready.set()
                await ended.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert is_ready.wait(10)
    yield Served(engine, place, ready[0])
    loop.call_soon_threadsafe(ended.set)
    thread.join(10)
    loop.close()
