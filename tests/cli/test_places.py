from __future__ import annotations

import stat
from pathlib import Path

import pytest

from polyterm.cli.failure import Failure
from polyterm.cli.places import find_place, require_private, write_private
from polyterm.models.enums import VenueName


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_each_venue_has_a_directory_of_its_own(home: Path):
    assert find_place("live").directory == home / "data" / "live"
    assert find_place().venue is VenueName.DEMO


def test_a_flag_wins_over_the_variable_and_that_over_the_file(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    (home / "config").mkdir()
    (home / "config" / "config.toml").write_text('venue = "replay"\n[paths]\ndata_dir = "/far"\n')
    assert find_place("demo", home / "flag").directory == home / "flag" / "demo"
    assert find_place().directory == home / "data" / "replay"
    monkeypatch.delenv("POLYTERM_DATA_DIR")
    assert find_place().directory == Path("/far/replay")
    monkeypatch.setenv("POLYTERM_PATHS__DATA_DIR", "/near")
    assert find_place().directory == Path("/near/replay")


def test_an_unknown_venue_is_refused_by_name():
    with pytest.raises(Failure, match="casino"):
        find_place("casino")


def test_a_venues_directory_is_its_owners_alone_even_where_it_was_open():
    place = find_place()
    place.directory.mkdir(parents=True, mode=0o755)
    place.make()
    assert _mode(place.directory) == 0o700


def test_a_folder_that_cannot_be_made_is_a_failure_that_names_it(tmp_path: Path):
    (tmp_path / "file").write_text("")
    for root in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/nowhere")):
        with pytest.raises(Failure, match=str(root)):
            find_place(data_dir=root).make()
    (tmp_path / "demo").write_text("")
    with pytest.raises(Failure, match="is a file"):
        find_place(data_dir=tmp_path).make()


def test_a_private_file_is_its_owners_alone_and_replaced_whole(tmp_path: Path):
    path = tmp_path / "secret"
    write_private(path, "first")
    write_private(path, "second")
    assert path.read_text() == "second"
    assert _mode(path) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secret"]


def test_a_secret_that_others_can_read_is_refused(tmp_path: Path):
    path = tmp_path / "secret"
    write_private(path, "key")
    require_private(path)
    path.chmod(0o640)
    with pytest.raises(Failure, match="chmod 600"):
        require_private(path)
