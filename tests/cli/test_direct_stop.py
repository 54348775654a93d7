from __future__ import annotations

import errno
import os
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from polyterm.cli import direct_stop
from polyterm.cli.control_client import EngineSocket
from polyterm.cli.direct_stop import cancel_until_none
from polyterm.cli.emergency_stop import emergency_stop, stop_engine
from polyterm.cli.places import VenuePlace
from polyterm.cli.stop_file import StopFile
from polyterm.cli.venue_lock import VenueLock
from polyterm.engine.clock import SystemClock
from polyterm.engine.ports import CancelReport, Outcome, RemoteOrder
from polyterm.models.enums import VenueName
from polyterm.models.events import StopState
from tests.fakes.exchange import FakeExchange
from tests.fakes.virtual_time import VirtualClock

URL = "http://127.0.0.1:9"


class _Slow(FakeExchange):
    """Shows these numbers of open orders, one after the other; the last one for good."""

    def __init__(self, shown: Sequence[int]) -> None:
        super().__init__(VirtualClock())
        self.shown = deque(shown)
        self.cancels = 0
        self.latched: list[bool] = []
        self.on_cancel: Callable[[], None] = lambda: None

    async def cancel_all(self) -> CancelReport:
        self.cancels += 1
        self.on_cancel()
        return CancelReport(Outcome.ACCEPTED)

    async def open_orders(self) -> tuple[RemoteOrder, ...]:
        await super().open_orders()
        count = self.shown.popleft() if len(self.shown) > 1 else self.shown[0]
        return (None,) * count  # type: ignore[return-value]


async def test_it_cancels_until_the_exchange_shows_nothing():
    exchange = _Slow([3, 1, 0])
    stop = await cancel_until_none(exchange, SystemClock())
    assert (stop.state, stop.open_orders) == (StopState.STOPPED_VERIFIED, 0)
    assert exchange.cancels == 3


async def test_what_stays_open_is_told_rather_than_claimed():
    stop = await cancel_until_none(_Slow([2]), SystemClock(), patience_s=0)
    assert (stop.state, stop.open_orders) == (StopState.STOP_UNVERIFIED, 2)


async def test_an_exchange_that_cannot_be_read_proves_nothing():
    exchange = _Slow([0])
    exchange.script.unreachable = True
    stop = await cancel_until_none(exchange, SystemClock(), patience_s=0)
    assert (stop.state, stop.open_orders) == (StopState.STOP_UNVERIFIED, None)


@pytest.fixture
def venue(tmp_path: Path) -> VenuePlace:
    return VenuePlace(VenueName.DEMO, tmp_path).make()


@pytest.fixture
def exchange(venue: VenuePlace, monkeypatch: pytest.MonkeyPatch) -> _Slow:
    """What stands there for the exchange; it notes whether the stop file was set before."""
    exchange = _Slow([2, 0])
    exchange.on_cancel = lambda: exchange.latched.append(bool(StopFile(venue.directory).asked()))
    monkeypatch.setattr(direct_stop, "read_credentials", lambda path: ("0x" + "11" * 20, None))
    monkeypatch.setattr(direct_stop, "PolymarketExchange", lambda *_, **__: exchange)
    return exchange


def test_41_a_journal_beyond_repair_keeps_no_stop_from_cancelling_or_from_holding(
    venue: VenuePlace, exchange: _Slow, capsys: pytest.CaptureFixture[str]
):
    venue.database.write_bytes(b"no database at all" * 1_000)
    stopped = stop_engine(EngineSocket(venue), URL)
    assert (stopped.problem, exchange.cancels) == (None, 2)
    assert "latched" in capsys.readouterr().err


def test_the_stop_is_latched_before_anything_is_cancelled(venue: VenuePlace, exchange: _Slow):
    stop_engine(EngineSocket(venue), URL)
    assert exchange.latched == [True, True]


def test_an_engine_that_has_the_venue_and_is_silent_is_named_as_one_that_runs(
    venue: VenuePlace, exchange: _Slow, capsys: pytest.CaptureFixture[str]
):
    with VenueLock(venue.directory):
        assert stop_engine(EngineSocket(venue), URL).problem is None
    told = capsys.readouterr().err
    assert f"process {os.getpid()} runs an engine, but it listens on no socket" in told
    assert (
        f"may still arrive once it turns, and it cancels that itself; kill -9 {os.getpid()}" in told
    )


def test_a_stop_that_cannot_be_latched_cancels_says_so_and_fails(
    venue: VenuePlace, exchange: _Slow, monkeypatch: pytest.MonkeyPatch
):
    def refuse(self: StopFile) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(StopFile, "write", refuse)
    monkeypatch.setenv("POLYTERM_DATA_DIR", str(venue.directory))
    venue.directory.joinpath("demo").mkdir()
    done = CliRunner().invoke(emergency_stop, ["--exchange-url", URL])
    assert exchange.cancels == 2
    assert "STOPPED_VERIFIED" in done.stdout
    assert "NOT latched" in done.stderr
    assert "Read-only file system" in done.stderr
    assert done.exit_code == 1
