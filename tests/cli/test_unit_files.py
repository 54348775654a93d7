"""The unit file and the container file, taken at their word."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from polyterm.cli.main import SECTIONS
from polyterm.cli.places import APP
from tests.cli.conftest import Polyterm
from tests.cli.dashboard import DOCS
from tests.cli.running import eventually, started

ROOT = DOCS.parent
UNIT = DOCS / "polyterm.service"
CONTAINER = (DOCS / "Containerfile").read_text()


@pytest.fixture
def service() -> configparser.SectionProxy:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # pyright: ignore[reportAttributeAccessIssue]
    unit.read_string(UNIT.read_text())
    return unit["Service"]


def test_the_units_own_commands_start_reload_and_end_a_daemon(
    service: configparser.SectionProxy, manager: socket.socket, polyterm: Polyterm, home: Path
):
    assert service["Type"] == "notify"
    program, *arguments = shlex.split(service["ExecStart"])
    assert Path(program).name == "polyterm"
    with started(*arguments) as (process, _):
        assert b"READY=1" in manager.recv(100)
        (home / "config").mkdir()
        (home / "config" / "config.toml").write_text("[engine]\nlarge_order = 5\n")
        reload = service["ExecReload"].replace("$MAINPID", str(process.pid))
        subprocess.run(shlex.split(reload), check=True)
        eventually(lambda: "large_order    5\n" in polyterm("limits").stdout)
        process.terminate()
        assert b"STOPPING=1" in manager.recv(100)
        assert process.wait(int(service["TimeoutStopSec"])) == 0


def test_the_unit_leaves_time_to_cancel_and_lets_the_first_start_make_its_folder(
    service: configparser.SectionProxy,
):
    assert int(service["TimeoutStopSec"]) > 30
    assert APP not in service["ReadWritePaths"], "a path that is not there fails the start"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze here")
def test_systemd_finds_nothing_wrong_with_the_unit_but_that_polyterm_is_not_installed(
    tmp_path: Path,
):
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text())
    done = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True)
    said = [line for line in done.stderr.splitlines() if "polyterm" in line]
    assert [line for line in said if "is not executable" not in line] == []


def test_the_container_is_made_of_what_is_there_and_pinned():
    sources = [word for line in _lines("COPY") for word in line.split()[:-1]]
    assert sources
    assert [source for source in sources if not (ROOT / source).exists()] == []
    installs = re.findall(r"pip install (.*?)(?: \\)?$", CONTAINER, re.MULTILINE)
    assert len(installs) == 2
    assert all("--require-hashes" in each or "--no-build-isolation" in each for each in installs)


def test_the_container_runs_commands_that_there_are():
    commands = {name for section in SECTIONS.values() for name in section}
    assert json.loads(next(_lines("CMD")))[0] in commands
    program, command = json.loads(next(_lines("HEALTHCHECK")).partition("CMD ")[2])
    assert (program, command in commands) == ("polyterm", True)
    assert list(_lines("STOPSIGNAL")) == ["SIGTERM"]


def _lines(word: str) -> Iterator[str]:
    yield from re.findall(rf"^{word} (.*)$", CONTAINER, re.MULTILINE)
