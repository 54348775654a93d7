"""Markets and a monitor of their books, for what measures market data."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from polyterm.engine.clock import SystemClock
from polyterm.engine.market_monitor import MarketMonitor
from polyterm.engine.own_sizes import NOTHING
from polyterm.engine.ports import BookSnapshot
from polyterm.models.book import Level
from polyterm.models.ids import ConditionId, TokenId
from polyterm.models.market import FeeSchedule, Market, Outcome
from polyterm.models.money import UNIT

BEST_BID, TICK = 5_000, 10


def market(number: int) -> Market:
    """A market with ids of the length that real ones have."""
    return Market(
        condition_id=ConditionId(f"0x{sha256(b'%d' % number).hexdigest()}"),
        slug=f"benchmark-{number}",
        question=f"Benchmark {number}?",
        outcomes=(Outcome(_token(number, "Yes"), "Yes"), Outcome(_token(number, "No"), "No")),
        tick=TICK,
        min_size=5 * UNIT,
        fees=FeeSchedule(70_000),
        neg_risk=False,
        protocol="v2",
        accepting_orders=True,
    )


def whole_book(token_id: TokenId, depth: int) -> BookSnapshot:
    """A book with a level at every tick of that depth."""
    bids = tuple(Level(BEST_BID - TICK * place, 100 * UNIT + place) for place in range(depth))
    asks = tuple(Level(BEST_BID + TICK * (place + 1), 100 * UNIT + place) for place in range(depth))
    return BookSnapshot(token_id, bids, asks, at_ms=1)


def monitor_of(markets: Sequence[Market]) -> MarketMonitor:
    """A monitor that watches these, with nobody at work on them."""
    monitor = MarketMonitor(
        SystemClock(),
        stale_after_ms=10_000,
        own_orders=lambda _: (),
        own_sizes=lambda _: NOTHING,
        on_change=lambda _: None,
        on_feed=lambda _is_up, _reason: None,
    )
    for watched in markets:
        monitor.add(watched)
    return monitor


def _token(number: int, outcome: str) -> TokenId:
    digest = int(sha256(f"{number}/{outcome}".encode()).hexdigest(), 16)
    return TokenId(f"{digest % 10**77:077d}")


MARKETS = tuple(market(number) for number in range(9))
