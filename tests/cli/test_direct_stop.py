from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from polyterm.cli.direct_stop import cancel_until_none
from polyterm.engine.clock import SystemClock
from polyterm.engine.ports import CancelReport, Outcome, RemoteOrder
from polyterm.models.events import StopState
from tests.fakes.exchange import FakeExchange


class _Slow(FakeExchange):
    """Shows these numbers of open orders, one after the other; the last one for good."""

    def __init__(self, shown: Sequence[int]) -> None:
        super().__init__(SystemClock())
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
