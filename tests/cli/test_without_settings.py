"""Commands with a settings file that cannot be used."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from polyterm.cli.exit_codes import ExitCode
from polyterm.cli.failure import Failure
from polyterm.cli.places import VenuePlace, find_place
from polyterm.cli.venue_lock import VenueLock
from polyterm.cli.without_settings import find_running, places_to_stop
from polyterm.models.enums import VenueName
from polyterm.models.events import StopState
from tests.cli.conftest import Polyterm, Served

BROKEN = "[engine]\nworkers = 3\nx = [\n"
FAULT = "Invalid value (at line 3, where the file ends)"


def _settings(home: Path, text: str = BROKEN) -> Path:
    file = home / "config" / "config.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    return file


@pytest.fixture
def running(home: Path) -> Iterator[ExitStack]:
    """Engines that run: enter their locks here."""
    with ExitStack() as stack:
        yield stack


def _start(running: ExitStack, *venues: str) -> None:
    for venue in venues:
        running.enter_context(VenueLock(find_place(venue).make().directory))


def _names(places: tuple[VenuePlace, ...]) -> list[str]:
    return sorted(place.venue for place in places)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("emergency-stop --json", "STOPPED_VERIFIED"),
        ("status --json", "can_trade"),
        ("list-orders --json", "[]"),
        ("cancel --all --json", "[]"),
    ],
)
def test_what_looks_or_ends_works_and_says_what_it_took(
    polyterm: Polyterm, served: Served, home: Path, line: str, shown: str
):
    file = _settings(home)
    done = polyterm(line)
    assert done.returncode == 0, done.stderr
    assert shown in done.stdout
    assert f"the settings cannot be used: {file}: {FAULT}" in done.stderr
    assert f"going on without them, on demo ({served.place.directory})" in done.stderr


@pytest.mark.parametrize(
    "line",
    [
        "add-order --token 111 --side buy --strategy iceberg --size 10 --max-price 0.5",
        "change o1 --size 5",
        "resume o1",
        "rearm",
        "kelly-event will-it-rain=0.5",
        "daemon",
        "demo",
    ],
)
def test_what_puts_money_to_work_refuses_and_names_file_and_line(
    polyterm: Polyterm, served: Served, home: Path, line: str
):
    file = _settings(home)
    done = polyterm(line)
    assert done.returncode == 1
    assert f"{file}: {FAULT}" in done.stderr
    assert served.engine.requests == []


def test_the_emergency_stop_reaches_the_engine(polyterm: Polyterm, served: Served, home: Path):
    _settings(home)
    assert polyterm("emergency-stop").returncode == 0
    assert served.engine.health().stop.state is StopState.STOPPED_VERIFIED


def test_the_only_engine_that_runs_is_meant(home: Path, running: ExitStack):
    _settings(home)
    _start(running, "live")
    assert find_running(None, None).venue is VenueName.LIVE
    assert _names(places_to_stop(None, None)) == ["live"]


def test_of_several_all_are_stopped_and_no_other_command_guesses(home: Path, running: ExitStack):
    _settings(home)
    _start(running, "demo", "live")
    assert _names(places_to_stop(None, None)) == ["demo", "live"]
    with pytest.raises(Failure, match="engines run on demo and live: say which") as refused:
        find_running(None, None)
    assert refused.value.exit_code == ExitCode.USAGE


def test_a_venue_above_the_fault_is_meant_and_a_stop_adds_what_runs(home: Path, running: ExitStack):
    _settings(home, f'venue = "live"\n{BROKEN}')
    _start(running, "demo")
    assert find_running(None, None).venue is VenueName.LIVE
    assert _names(places_to_stop(None, None)) == ["demo", "live"]


def test_a_folder_above_the_fault_counts(
    home: Path, running: ExitStack, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("POLYTERM_DATA_DIR")
    _settings(home, f'[paths]\ndata_dir = "{home}/elsewhere"\n{BROKEN}')
    assert find_running(None, None).directory == home / "elsewhere" / "demo"


def test_flag_and_variable_say_it_whatever_runs(
    home: Path, running: ExitStack, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("POLYTERM_DATA_DIR")
    _settings(home)
    root = home / "there"
    with VenueLock(VenuePlace(VenueName.LIVE, root / "live").make().directory):
        assert _names(places_to_stop("demo", root)) == ["demo"]
        monkeypatch.setenv("POLYTERM_VENUE", "replay")
        assert find_running(None, root).venue is VenueName.REPLAY
        assert _names(places_to_stop(None, root)) == ["replay"]


def test_where_none_runs_every_venue_with_credentials_is_stopped(home: Path):
    _settings(home)
    for venue in ("demo", "live"):
        find_place(venue).make().credentials.touch(0o600)
    assert _names(places_to_stop(None, None)) == ["demo", "live"]
    assert find_running(None, None).venue is VenueName.DEMO


@pytest.mark.parametrize(
    "text", ['venue = "casino"', "venue = 3", "[paths]\ndata_dir = 3", "\udcff = 1"]
)
def test_a_file_that_says_what_cannot_be_is_no_hindrance_either(
    home: Path, monkeypatch: pytest.MonkeyPatch, text: str
):
    monkeypatch.delenv("POLYTERM_DATA_DIR")
    monkeypatch.setenv("XDG_DATA_HOME", str(home))
    file = _settings(home, "")
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(Failure, match=str(file)):
        find_place()
    assert find_running(None, None).venue is VenueName.DEMO


@pytest.mark.parametrize("names_a_socket", [False, True])
def test_several_stops_are_told_apart_and_fail_where_one_does(
    polyterm: Polyterm, served: Served, home: Path, running: ExitStack, names_a_socket: bool
):
    _settings(home)
    _start(running, "live")
    done = polyterm(
        "emergency-stop --json" + (f" --socket {served.socket}" if names_a_socket else "")
    )
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(stop["venue"], stop["state"]) for stop in told] == [("demo", "STOPPED_VERIFIED")]
    assert "live: no API credentials" in done.stderr
    assert done.returncode == 1
