from __future__ import annotations

import asyncio
import os
import signal
import socket
from contextlib import closing
from pathlib import Path

import pytest

from polyterm.cli.places import find_place
from polyterm.cli.sd_notify import keep_alive, notify, watchdog_pause_s
from tests.cli.conftest import Polyterm
from tests.cli.running import eventually, started


def test_without_a_manager_nothing_is_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")


def test_facts_are_told_one_a_line(manager: socket.socket):
    notify("READY=1", "STATUS=well")
    assert manager.recv(100) == b"READY=1\nSTATUS=well"


def test_an_abstract_address_starts_with_a_zero_byte(home: Path, monkeypatch: pytest.MonkeyPatch):
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as listener:
        listener.bind(f"\0{home}/abstract")
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{home}/abstract")
        notify("READY=1")
        assert listener.recv(100) == b"READY=1"


@pytest.mark.parametrize(
    ("asked", "process", "pause"),
    [("2000000", "", 1.0), ("2000000", "me", 1.0), ("2000000", "1", None), ("", "", None)],
)
def test_signs_of_life_are_due_twice_as_often_as_asked(
    monkeypatch: pytest.MonkeyPatch, asked: str, process: str, pause: float | None
):
    monkeypatch.setenv("WATCHDOG_USEC", asked)
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()) if process == "me" else process)
    assert watchdog_pause_s() == pause


async def test_the_loop_itself_gives_the_signs(
    manager: socket.socket, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("WATCHDOG_USEC", "20000")
    task = asyncio.create_task(keep_alive())
    heard = [await asyncio.to_thread(manager.recv, 100) for _ in range(3)]
    task.cancel()
    assert heard == [b"WATCHDOG=1"] * 3


def test_a_daemon_says_when_it_is_ready_and_when_it_ends(manager: socket.socket):
    with started("daemon", "--seed", "3") as (process, _):
        assert b"READY=1" in manager.recv(100)
        process.terminate()
        assert b"STOPPING=1" in manager.recv(100)
        assert process.wait(20) == 0


def test_sighup_takes_over_limits_and_log_levels(polyterm: Polyterm, home: Path):
    file = home / "config" / "config.toml"
    file.parent.mkdir()
    with started("daemon", "--seed", "3") as (process, _):
        file.write_text("[engine]\nlarge_order = 5\nworkers = 2\n[logs]\nlevel = 'debug'\n")
        process.send_signal(signal.SIGHUP)
        eventually(lambda: "large_order    5\n" in polyterm("limits").stdout)
        assert "workers        32\n" in polyterm("limits").stdout
        log = find_place().log
        eventually(lambda: "after a restart: workers" in log.read_text())
        file.write_text("[engine]\nlarge_order = -1\n")
        process.send_signal(signal.SIGHUP)
        eventually(lambda: "those before stay" in log.read_text())
        assert "large_order    5\n" in polyterm("limits").stdout
