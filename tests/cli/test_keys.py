from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from polyterm.cli.places import find_place
from polyterm.cli.wallets import live_key, play_key
from polyterm.config import WalletSettings
from tests.cli.conftest import Polyterm
from tests.cli.running import POLYTERM

KEY = "4c0883a69102937d6231471b5dbb6204fe512961708279f5ac0a3e4a1f0d1b4e"
PASSPHRASE = "correct horse"


def _import(text: str, *flags: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*POLYTERM, "keys", "import", *flags],
        input=f"{text}\n",
        capture_output=True,
        text=True,
        timeout=50,
    )


@pytest.fixture
def passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLYTERM_KEYSTORE_PASSPHRASE", PASSPHRASE)


def test_an_imported_key_opens_with_its_passphrase_and_shows_nowhere(
    polyterm: Polyterm, home: Path, passphrase: None, monkeypatch: pytest.MonkeyPatch
):
    done = _import(f"0x{KEY}", "--json")
    assert done.returncode == 0, done.stderr
    known = json.loads(done.stdout)
    file = home / "config" / "wallet.json"
    assert known["key_file"] == str(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert KEY not in done.stdout + done.stderr + file.read_text()
    assert live_key(WalletSettings(key_file=file)) == KEY
    monkeypatch.setenv("POLYTERM_WALLET__KEY_FILE", str(file))
    shown = json.loads(polyterm("keys show --venue live --json").stdout)
    assert shown["address"] == known["address"]


def test_a_key_is_never_written_over(home: Path, passphrase: None):
    assert _import(KEY).returncode == 0
    again = _import("11" * 32)
    assert again.returncode == 1
    assert "written over" in again.stderr


@pytest.mark.parametrize("text", ["", KEY[:-1], "zz" * 32, "00" * 32])
def test_what_is_no_key_is_refused_without_being_repeated(passphrase: None, text: str):
    done = _import(text)
    assert done.returncode == 1
    assert not text or text not in done.stderr


def test_a_short_passphrase_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("POLYTERM_KEYSTORE_PASSPHRASE", "short")
    assert _import(KEY).returncode == 1
    assert not (home / "config" / "wallet.json").exists()


def test_a_play_wallet_has_an_address_once_it_is_there(polyterm: Polyterm):
    assert polyterm("keys show").returncode == 4
    key = play_key(find_place().make())
    shown = polyterm("keys show")
    assert "0x" in shown.stdout
    assert key not in shown.stdout
