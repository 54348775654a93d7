from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from pathlib import Path

import pytest

from polyterm.cli import direct_stop
from polyterm.cli.direct_stop import cancel_until_none
from polyterm.cli.places import VenuePlace
from polyterm.engine.clock import SystemClock
from polyterm.engine.ports import CancelReport, Outcome, RemoteOrder
from polyterm.models.enums import VenueName
from polyterm.models.events import StopState
from tests.fakes.exchange import FakeExchange
from tests.fakes.virtual_time import VirtualClock


class _Slow(FakeExchange):
    """Shows these numbers of open orders, one after the other; the last one for good."""

    def __init__(self, shown: Sequence[int]) -> None:
        super().__init__(VirtualClock())
        self.shown = deque(shown)
        self.cancels = 0

    async def cancel_all(self) -> CancelReport:
        self.cancels += 1
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


async def test_41_a_journal_beyond_repair_keeps_no_stop_from_cancelling(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    place = VenuePlace(VenueName.DEMO, tmp_path).make()
    place.database.write_bytes(b"no database at all" * 1_000)
    exchange = _Slow([2, 0])
    monkeypatch.setattr(direct_stop, "read_credentials", lambda path: ("0x" + "11" * 20, None))
    monkeypatch.setattr(direct_stop, "PolymarketExchange", lambda *_, **__: exchange)
    stop = await direct_stop._stop(place, None)
    assert (stop.state, exchange.cancels) == (StopState.STOPPED_VERIFIED, 2)
    assert "the next start will not know of this stop" in capsys.readouterr().err
