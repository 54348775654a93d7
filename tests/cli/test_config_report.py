from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Polyterm


@pytest.fixture
def file(home: Path) -> Path:
    file = home / "config" / "config.toml"
    file.parent.mkdir()
    file.write_text('[engine]\nworkers = 3\n[logs.levels]\n"polyterm.exchange" = "debug"\n')
    return file


def test_every_setting_shows_where_it_comes_from(
    polyterm: Polyterm, file: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("POLYTERM_ENGINE__LARGE_ORDER", "50")
    known = json.loads(polyterm("config show --json").stdout)
    assert known["engine.workers"] == {"value": 3, "source": str(file)}
    assert known["engine.large_order"] == {
        "value": "50",
        "source": "POLYTERM_ENGINE__LARGE_ORDER",
    }
    assert known["venue"] == {"value": "demo", "source": "default"}
    assert known["logs.levels"]["value"] == {"polyterm.exchange": "debug"}
    assert "engine.workers" in polyterm("config").stdout


def test_a_password_in_an_address_is_not_shown(polyterm: Polyterm, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("POLYTERM_EXCHANGE_URL", "https://me:canary@proxy.example.org/x")
    shown = polyterm("config show").stdout
    assert "canary" not in shown
    assert "https://***@proxy.example.org/x" in shown


def test_check_names_what_is_bad_and_path_where_it_stands(polyterm: Polyterm, file: Path):
    assert polyterm("config check").returncode == 0
    assert polyterm("config path").stdout == f"{file}\n"
    file.write_text("[logs]\nlevel = 'loud'\nkept = 0\n")
    bad = polyterm("config check --json")
    assert bad.returncode == 1
    assert "logs.level" in bad.stderr
    error = json.loads(bad.stdout)["error"]
    assert error["message"] == "the settings cannot be used"
    assert [complaint["field"] for complaint in error["complaints"]] == ["logs.level", "logs.kept"]
    assert str(file) in error["complaints"][0]["reason"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_learns_the_commands(polyterm: Polyterm, shell: str):
    assert "_POLYTERM_COMPLETE" in polyterm(f"completion {shell}").stdout


def test_completion_knows_commands_and_options(polyterm: Polyterm, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("_POLYTERM_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "polyterm list-")
    monkeypatch.setenv("COMP_CWORD", "1")
    assert polyterm("").stdout == "plain,list-orders\n"
