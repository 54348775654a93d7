from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from polyterm.cli.failure import Failure
from polyterm.cli.venue_lock import EngineRecord, VenueLock, is_held, read_record

_HOLD = """
import sys, pathlib
from polyterm.cli.venue_lock import VenueLock
with VenueLock(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_engine_is_refused_with_the_pid_of_the_first(tmp_path: Path):
    with VenueLock(tmp_path), pytest.raises(Failure, match=f"process {os.getpid()}") as refused:
        VenueLock(tmp_path).__enter__()
    assert refused.value.exit_code == 1


def test_the_lock_is_free_again_after_it_was_let_go(tmp_path: Path):
    for _ in range(2):
        with VenueLock(tmp_path):
            pass


def test_whether_an_engine_has_the_venue_is_seen_without_disturbing_it(tmp_path: Path):
    assert not is_held(tmp_path)
    with VenueLock(tmp_path):
        assert is_held(tmp_path)
    assert not is_held(tmp_path)


def test_the_kernel_frees_the_lock_of_a_killed_engine(tmp_path: Path):
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(Failure, match=f"process {other.pid}"):
            VenueLock(tmp_path).__enter__()
        other.send_signal(signal.SIGKILL)
        assert other.wait(10) == -signal.SIGKILL
    with VenueLock(tmp_path):
        record = read_record(tmp_path)
        assert record is not None
        assert record.pid == os.getpid()


def test_the_exchanges_address_outlives_the_engine_that_wrote_it(tmp_path: Path):
    with VenueLock(tmp_path) as lock:
        lock.announce(EngineRecord(1, exchange="http://127.0.0.1:80", socket="/s" * 40))
    with VenueLock(tmp_path):
        assert read_record(tmp_path) == EngineRecord(os.getpid(), exchange="http://127.0.0.1:80")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1, "more": 2}'])
def test_a_damaged_record_counts_as_none(tmp_path: Path, text: str):
    (tmp_path / "engine.lock").write_text(text)
    assert read_record(tmp_path) is None
