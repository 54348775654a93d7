from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from polyterm.cli.failure import Failure
from polyterm.cli.options import SessionFlags
from polyterm.cli.places import find_place, write_private
from polyterm.cli.prepare import Prepared, prepare
from polyterm.cli.wallets import live_key, play_key
from polyterm.config import WalletSettings
from polyterm.models.enums import VenueName

KEY = "ab" * 32


def _keystore(path: Path, passphrase: str) -> Path:
    from eth_keyfile.keyfile import create_keyfile_json

    sealed = create_keyfile_json(
        bytes.fromhex(KEY), passphrase.encode(), kdf="pbkdf2", iterations=10
    )
    write_private(path, json.dumps(sealed))
    return path


def test_a_play_key_is_made_once_and_kept_for_its_owner_alone():
    place = find_place().make()
    drawn = iter((b"\x01" * 32, b"\x02" * 32))
    first = play_key(place, lambda size: next(drawn))
    assert first == play_key(place, lambda size: next(drawn)) == "01" * 32
    assert stat.S_IMODE(place.play_key.stat().st_mode) == 0o600


def test_a_key_from_the_environment_may_have_its_prefix(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("POLYTERM_WALLET_KEY", "0x" + KEY)
    assert live_key(WalletSettings()) == KEY


def test_a_bad_key_is_refused_without_being_repeated(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("POLYTERM_WALLET_KEY", KEY[:-1])
    with pytest.raises(Failure) as refused:
        live_key(WalletSettings())
    assert KEY[:-1] not in refused.value.message


def test_a_keystore_opens_with_its_passphrase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = _keystore(tmp_path / "key.json", "right")
    monkeypatch.setenv("POLYTERM_KEYSTORE_PASSPHRASE", "right")
    assert live_key(WalletSettings(key_file=file)) == KEY


def test_a_keystore_that_does_not_open_says_so_without_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    file = _keystore(tmp_path / "key.json", "right")
    monkeypatch.setenv("POLYTERM_KEYSTORE_PASSPHRASE", "wrong-canary")
    with pytest.raises(Failure, match="wrong passphrase") as refused:
        live_key(WalletSettings(key_file=file))
    assert "wrong-canary" not in refused.value.message
    file.write_text("{}")
    with pytest.raises(Failure, match="cannot be opened"):
        live_key(WalletSettings(key_file=file))


def test_a_keystore_that_others_can_read_is_refused(tmp_path: Path):
    file = _keystore(tmp_path / "key.json", "right")
    file.chmod(0o644)
    with pytest.raises(Failure, match="can be read by others"):
        live_key(WalletSettings(key_file=file))


def test_live_without_a_key_says_where_one_may_come_from():
    with pytest.raises(Failure, match="POLYTERM_WALLET_KEY") as refused:
        prepare(SessionFlags(venue=VenueName.LIVE))
    assert refused.value.exit_code == 1
    assert not find_place("live").directory.exists()


def test_live_without_a_terminal_needs_the_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("POLYTERM_WALLET_KEY", KEY)
    with pytest.raises(Failure, match="--i-understand-real-money"):
        prepare(SessionFlags(venue=VenueName.LIVE))
    prepared = prepare(SessionFlags(venue=VenueName.LIVE, real_money=True))
    assert prepared.key == KEY
    assert "REAL MONEY at Polymarket" in capsys.readouterr().err


def test_real_orders_never_travel_in_the_clear(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("POLYTERM_WALLET_KEY", KEY)
    flags = SessionFlags(
        venue=VenueName.LIVE, real_money=True, exchange_url="http://clob.example.org"
    )
    with pytest.raises(Failure, match="https only"):
        prepare(flags)


def test_the_key_shows_nowhere_in_what_was_prepared():
    prepared = prepare(SessionFlags())
    assert isinstance(prepared, Prepared)
    assert prepared.key not in repr(prepared)


def test_a_replay_needs_a_recording():
    with pytest.raises(Failure, match="--recording") as refused:
        prepare(SessionFlags(venue=VenueName.REPLAY))
    assert refused.value.exit_code == 2
