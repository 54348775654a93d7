"""What makes a book young again, and what does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from polyterm.engine.market_monitor import MarketMonitor
from polyterm.engine.own_sizes import NOTHING
from polyterm.engine.ports import BookSnapshot
from polyterm.models.book import Level
from polyterm.models.money import UNIT
from tests.fakes.trading_floor import ManualClock, listing

MARKET = listing().market
TOKEN = MARKET.outcomes[0].token_id
LIMIT_MS = 15_000


class _Clock(ManualClock):
    def monotonic(self) -> float:
        return self.at_ms / 1000


@pytest.fixture
def clock() -> _Clock:
    return _Clock()


@pytest.fixture
def monitor(clock: _Clock) -> MarketMonitor:
    made = MarketMonitor(
        clock,
        LIMIT_MS,
        own_orders=lambda token: (),
        own_sizes=lambda token: NOTHING,
        on_change=lambda token: None,
        on_feed=lambda is_up, reason: None,
    )
    made.add(MARKET)
    level = (Level(4800, UNIT),)
    made.book_replaced(BookSnapshot(TOKEN, level, (Level(5000, UNIT),), clock.now_ms()))
    return made


def test_looking_up_the_market_says_nothing_of_the_book(
    monitor: MarketMonitor, clock: _Clock
) -> None:
    clock.at_ms += LIMIT_MS + 1
    assert not monitor.is_fresh(TOKEN)
    monitor.update_market(replace(MARKET, volume=MARKET.volume + UNIT))
    assert not monitor.is_fresh(TOKEN)
    shown = monitor.market(TOKEN)
    assert shown is not None
    assert shown.volume == MARKET.volume + UNIT
