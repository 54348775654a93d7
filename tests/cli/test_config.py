from __future__ import annotations

import ast
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from polyterm.config import ConfigError, load_settings
from polyterm.engine.settings import ExitPolicy
from polyterm.models.enums import VenueName
from tests.cli.conftest import Polyterm


def _write(home: Path, text: str) -> Path:
    file = home / "config" / "config.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    return file


def test_flags_win_over_variables_and_variables_over_the_file(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    _write(home, 'venue = "replay"\n[engine]\nworkers = 3\nlarge_order = 50\non_exit = "leave"\n')
    monkeypatch.setenv("POLYTERM_ENGINE__WORKERS", "7")
    settings = load_settings(venue="live")
    assert settings.venue is VenueName.LIVE
    assert settings.engine.workers == 7
    assert settings.engine.large_order == Decimal(50)
    assert settings.engine.on_exit is ExitPolicy.LEAVE


def test_without_file_and_variables_everything_has_a_default():
    settings = load_settings()
    assert settings.venue is VenueName.DEMO
    assert settings.exchange_url is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[engine]\nworkrs = 3", "engine.workrs: no such setting"),
        ("[engin]\nworkers = 3", "engin: no such setting"),
        ("[engine]\nworkers = 0", "engine.workers: Input should be greater than or equal to 1"),
        ('venue = "casino"', "venue: Input should be 'demo', 'replay' or 'live'"),
        ('[wallet]\nfunder = "me"', "wallet.funder: String should match pattern"),
        ("[wallet]\nkey = 1", "wallet.key: no such setting"),
        ('exchange_url = "nowhere"', "exchange_url: String should match pattern"),
        ("workers = ", "Invalid value (at line 1, where the file ends)"),
        ('venue = "demo"\n[engine]\nworkers = [\n\n', "(at line 3, where the file ends)"),
        ("a = 1\nb = !", "Invalid value (at line 2, column 5)"),
    ],
)
def test_a_bad_file_is_refused_with_name_reason_and_file(home: Path, text: str, words: str):
    file = _write(home, text)
    with pytest.raises(ConfigError) as refused:
        load_settings()
    assert words in str(refused.value)
    assert str(file) in str(refused.value)


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("POLYTERM_ENGINE__WORKERS", "many", "engine.workers: Input should be a valid integer"),
        ("POLYTERM_ENGINE__WORKRS", "3", "engine.workrs: no such setting"),
        ("POLYTERM_WORKERS", "3", "no such setting"),
    ],
)
def test_a_bad_variable_is_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, words: str
):
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigError) as refused:
        load_settings()
    assert words in str(refused.value)
    assert variable in str(refused.value)


def test_a_refusal_never_repeats_what_was_set(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("POLYTERM_WALLET__FUNDER", "0xsecret-by-mistake")
    with pytest.raises(ConfigError) as refused:
        load_settings()
    assert "secret-by-mistake" not in str(refused.value)


def test_a_bad_setting_ends_a_command_without_a_traceback(home: Path, polyterm: Polyterm):
    file = _write(home, "[engine]\nworkrs = 3\n")
    done = polyterm("daemon")
    assert done.returncode == 1
    assert f"engine.workrs: no such setting ({file})" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("module", ["config.py", "engine/settings.py"])
def test_every_setting_says_what_it_is_for(module: str):
    source = Path(__file__).parents[2].joinpath("polyterm", module).read_text()
    undocumented = [
        ast.unparse(field.target)
        for owner in ast.parse(source).body
        if isinstance(owner, ast.ClassDef)
        for field, below in pairwise([*owner.body, None])
        if isinstance(field, ast.AnnAssign)
        and not (isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant))
    ]
    assert undocumented == []
