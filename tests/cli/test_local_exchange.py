from __future__ import annotations

from pathlib import Path

import pytest

from polyterm.cli import local_exchange as module
from polyterm.cli.failure import Failure
from polyterm.cli.local_exchange import LocalExchange, local_exchange
from polyterm.cli.options import SessionFlags
from polyterm.models.enums import VenueName


def test_it_answers_while_it_is_wanted_and_is_gone_afterwards(tmp_path: Path):
    with LocalExchange.start(VenueName.DEMO, SessionFlags(), tmp_path / "log") as local:
        assert local.wait_ready().startswith("http://127.0.0.1:")
        assert not local.has_died
    assert local.process.returncode is not None


def test_one_that_cannot_start_says_why(tmp_path: Path):
    recording = tmp_path / "broken.rec"
    recording.write_text("nonsense")
    flags = SessionFlags(venue=VenueName.REPLAY, recording=recording)
    with LocalExchange.start(VenueName.REPLAY, flags, tmp_path / "log") as local:
        with pytest.raises(Failure, match=r"did not start: .*broken\.rec") as failed:
            local.wait_ready()
        assert failed.value.exit_code == 5


def test_a_long_log_is_put_aside_once_and_a_short_one_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "LONG_LOG_BYTES", 10)
    log = tmp_path / "log"
    for before in ("long " * 10, "longer " * 10):
        log.write_text(before)
        with LocalExchange.start(VenueName.DEMO, SessionFlags(), log) as local:
            local.wait_ready()
    assert {path.name for path in tmp_path.iterdir()} == {"log", "log.1"}
    assert log.with_name("log.1").read_text() == "longer " * 10


def test_none_is_started_where_another_one_was_named():
    flags = SessionFlags(exchange_url="http://127.0.0.1:9")
    with local_exchange(flags) as local:
        assert local is None


def test_none_is_started_for_real_money():
    with local_exchange(SessionFlags(venue=VenueName.LIVE)) as local:
        assert local is None


def test_none_is_started_where_the_settings_name_another_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("POLYTERM_EXCHANGE_URL", "http://127.0.0.1:9")
    with local_exchange(SessionFlags()) as local:
        assert local is None
