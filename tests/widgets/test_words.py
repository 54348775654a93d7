"""States and facts in words."""

from __future__ import annotations

import msgspec
import pytest

from polyterm.models.enums import ChildStatus, OrderStatus, Side, TradeStatus, Urgency
from polyterm.models.events import (
    ChildChanged,
    Event,
    ExchangeChanged,
    Feed,
    FeedChanged,
    Filled,
    FillSettled,
    Noticed,
    OrderAccepted,
    OrderAdjusted,
    OrderChanged,
    OrderResized,
    OrderStatusChanged,
    StopChanged,
    StopState,
)
from polyterm.models.ids import ChildId, TradeId
from polyterm.models.money import UNIT
from polyterm.models.views import AccountView
from polyterm.widgets.fact_text import fact_text, is_alarm
from polyterm.widgets.status_bar import status_line
from polyterm.widgets.trust import book_notice
from tests.fakes.pictures import NOW_MS, healthy, market, snapshot

CHILD = {"child_id": ChildId("0xc"), "side": Side.BUY, "price": 5500, "size": UNIT, "matched": 0}
TRADE = {"child_id": ChildId("0xc"), "trade_id": TradeId("t"), "price": 5500, "size": 50 * UNIT}
FACTS: list[tuple[Event, str | None, bool]] = [
    (OrderAccepted(at_ms=0, summary="BUY 5"), "accepted: BUY 5", False),
    (
        OrderStatusChanged(at_ms=0, status=OrderStatus.FAILED, reason="market closed"),
        "failed: market closed",
        False,
    ),
    (
        OrderResized(at_ms=0, old_size=UNIT, new_size=2 * UNIT, reason="price fell"),
        "size 1 → 2: price fell",
        False,
    ),
    (
        OrderChanged(
            at_ms=0,
            old_size=UNIT,
            new_size=UNIT,
            worst_price=5_500,
            urgency=Urgency.HIGH,
            deadline_ms=None,
            summary="urgency HIGH",
        ),
        "changed: urgency HIGH",
        False,
    ),
    (ChildChanged(at_ms=0, status=ChildStatus.LIVE, reason="", **CHILD), None, False),
    (
        ChildChanged(at_ms=0, status=ChildStatus.UNKNOWN, reason="timeout", **CHILD),
        "outcome not known, asking the exchange: timeout",
        True,
    ),
    (
        OrderAdjusted(at_ms=0, old_price=5400, new_price=5500, size=UNIT, number=1, reason="band"),
        "moved 0.54 → 0.55 (#1): band",
        False,
    ),
    (
        Filled(at_ms=0, side=Side.SELL, fee=120_000, is_maker=False, **TRADE),
        "sold 50 at 0.55, taker, fee $0.12",
        False,
    ),
    (FillSettled(at_ms=0, status=TradeStatus.MINED, **TRADE), None, False),
    (FillSettled(at_ms=0, status=TradeStatus.CONFIRMED, **TRADE), "settled 50 at 0.55", False),
    (
        FillSettled(at_ms=0, status=TradeStatus.FAILED, **TRADE),
        "settlement failed, 50 at 0.55 taken back",
        True,
    ),
    (FeedChanged(at_ms=0, feed=Feed.USER, is_up=True, reason=""), "user feed up", False),
    (
        FeedChanged(at_ms=0, feed=Feed.MARKET, is_up=False, reason="closed"),
        "market feed DOWN: closed",
        True,
    ),
    (
        ExchangeChanged(at_ms=0, is_reachable=False, reason="timeout"),
        "exchange DOES NOT ANSWER: timeout",
        True,
    ),
    (
        StopChanged(at_ms=0, state=StopState.STOPPED_VERIFIED, open_orders=0, reason=""),
        "emergency stop: stopped verified, 0 open orders",
        False,
    ),
    (Noticed(at_ms=0, is_alarm=True, text="clock is off"), "clock is off", True),
]


@pytest.mark.parametrize(("event", "words", "alarms"), FACTS)
def test_a_fact_in_words(event: Event, words: str | None, alarms: bool) -> None:
    assert fact_text(event) == words
    assert is_alarm(event) is alarms


def test_every_kind_of_fact_has_words() -> None:
    assert {type(event) for event, _, _ in FACTS} == set(Event.__args__)


@pytest.mark.parametrize(
    ("picture", "word"),
    [
        (None, "waiting for the book"),
        (snapshot(market(), is_live=False), "STALE"),
        (snapshot(market(), bids=()), "ONE-SIDED: nobody bids"),
        (snapshot(market(), asks=()), "ONE-SIDED: nobody asks"),
        (snapshot(market(), bids=(), asks=()), "EMPTY"),
        (snapshot(market(), bids=((5700, 1),)), "CROSSED"),
        (snapshot(market(), bids=((5600, 1),)), "CROSSED"),
    ],
)
def test_why_a_book_must_not_be_relied_on(picture, word: str) -> None:  # type: ignore[no-untyped-def]
    assert book_notice(picture, healthy()).startswith(word)


def test_a_good_book_needs_no_words() -> None:
    assert book_notice(snapshot(market()), healthy()) == ""


ACCOUNT = AccountView(
    address="0x", cash=1_000 * UNIT, reserved=55 * UNIT, positions=(), at_ms=NOW_MS
)


@pytest.mark.parametrize("width", [20, 40, 60, 78, 118, 200])
def test_the_status_line_fits_and_always_says_how_the_stop_stands(width: int) -> None:
    line = status_line(healthy(), ACCOUNT, width)
    assert len(line) <= width
    assert "armed" in line


def test_the_status_line_says_everything_where_there_is_room() -> None:
    assert status_line(healthy(), ACCOUNT, 200).split("  ") == [
        "cash $945.00",
        "exposure $275.00",
        "2 running",
        "0 queued",
        "0 unknown",
        "feed 0.1s",
        "latency 12ms",
        "loop lag 2ms",
        "stop: armed",
    ]


def test_a_dead_feed_is_a_word_in_the_status_line() -> None:
    health = msgspec.structs.replace(healthy(), market_feed_up=False)
    assert "feed DOWN" in status_line(health, ACCOUNT, 78)
