from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from polyterm.cli.stop_file import FILE, StopFile
from polyterm.models.complaint import RefusedError


def test_a_stop_file_is_there_until_it_is_lifted_and_nothing_is_left_beside_it(tmp_path: Path):
    stop = StopFile(tmp_path)
    assert stop.asked() == ""
    stop.write()
    mark = stop.asked()
    assert mark
    assert StopFile(tmp_path).asked() == mark
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    stop.lift(mark)
    assert stop.asked() == ""
    assert list(tmp_path.iterdir()) == []


def test_each_stop_has_a_mark_of_its_own_and_only_that_one_is_lifted(tmp_path: Path):
    stop = StopFile(tmp_path)
    stop.write()
    first = stop.asked()
    stop.write()
    second = stop.asked()
    assert second != first
    with pytest.raises(RefusedError, match="another stop"):
        stop.lift(first)
    assert stop.asked() == second
    stop.lift(second)
    assert stop.asked() == ""


def test_lifting_what_somebody_deleted_is_done(tmp_path: Path):
    StopFile(tmp_path).lift("1/2")


def test_a_full_disk_has_room_for_a_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(handle: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    StopFile(tmp_path).write()
    assert StopFile(tmp_path).asked()
    assert (tmp_path / FILE).read_bytes() == b""


def test_a_stop_that_cannot_be_set_raises(tmp_path: Path):
    with pytest.raises(OSError, match="No such file"):
        StopFile(tmp_path / "nowhere").write()


def test_a_place_that_cannot_be_looked_at_counts_as_a_stop(tmp_path: Path):
    (tmp_path / "file").touch()
    stop = StopFile(tmp_path / "file")
    mark = stop.asked()
    assert "cannot be looked for" in mark
    with pytest.raises(RefusedError, match="cannot be taken away"):
        stop.lift(mark)
