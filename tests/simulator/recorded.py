"""Recordings for tests: the real ones where they are at hand, and small invented ones."""

from __future__ import annotations

import pytest

from polyterm.models.book import Level
from polyterm.models.ids import ConditionId, TokenId
from polyterm.models.market import FeeSchedule, Market, Outcome
from polyterm.models.money import UNIT
from polyterm.simulator.recording import BookRow, RecordingInfo
from tests.recordings import RECORDED

REAL = [
    pytest.param(
        RECORDED / name,
        id=name,
        marks=pytest.mark.skipif(
            not (RECORDED / name).exists(), reason="the real recordings are not here"
        ),
    )
    for name in (
        "btc-updown-15m-1775027700.csv.gz",
        "btc-updown-15m-1775028600.csv.gz",
        "btc-updown-15m-1775029500.csv.gz",
    )
]

INFO = RecordingInfo(
    market=Market(
        condition_id=ConditionId("0x" + "ab" * 32),
        slug="will-it-rain-tomorrow",
        question="Will it rain tomorrow?",
        outcomes=(Outcome(TokenId("9" * 70), "Yes"), Outcome(TokenId("8" * 70), "No")),
        tick=100,
        min_size=5 * UNIT,
        fees=FeeSchedule(70_000),
        neg_risk=False,
        protocol="v1",
        accepting_orders=True,
        end_ms=1_775_028_600_000,
    ),
    start_ms=1_775_028_000_000,
    source="made for a test",
    observed_levels=1,
    model="none",
)


def book_row(ms: int, bids: dict[int, int], asks: dict[int, int]) -> BookRow:
    """A row from cents and whole shares, in whatever order."""
    return BookRow(
        ms=ms,
        bids=tuple(Level(cents * 100, bids[cents] * UNIT) for cents in sorted(bids, reverse=True)),
        asks=tuple(Level(cents * 100, asks[cents] * UNIT) for cents in sorted(asks)),
    )
