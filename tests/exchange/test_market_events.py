from __future__ import annotations

import json
from typing import Any

import pytest

from polyterm.engine.ports import BookSnapshot
from polyterm.exchange.market_events import MarketEvents
from polyterm.models.book import Level
from polyterm.models.enums import Side
from polyterm.models.money import UNIT
from polyterm.models.snapshot import LastTrade
from tests.exchange.factory import CONDITION, NO, YES, sample
from tests.fakes.sinks import MarketNotes

AT = 1_703_875_201_000


def change(**changes: Any) -> dict[str, Any]:
    return {"asset_id": YES, "price": "0.51", "size": "150.0", "side": "BUY"} | changes


def price_change(*changes: dict[str, Any]) -> dict[str, Any]:
    return {
        "event_type": "price_change",
        "market": CONDITION,
        "price_changes": list(changes),
        "timestamp": str(AT),
    }


def told_of(*frames: Any) -> tuple[list[tuple[Any, ...]], MarketEvents]:
    notes = MarketNotes()
    events = MarketEvents(notes)
    for frame in frames:
        events.feed(frame if isinstance(frame, bytes) else json.dumps(frame).encode())
    return notes.told, events


def test_a_recorded_book_replaces_everything() -> None:
    told, _ = told_of(sample("ws_market_book_msg.json"))
    bids = (Level(5000, 200 * UNIT), Level(4900, 350 * UNIT))
    asks = (Level(5100, 150 * UNIT), Level(5200, 250 * UNIT))
    assert told == [("book", BookSnapshot(YES, bids, asks, 1_703_875_200_000))]


def test_a_first_book_tells_its_grid() -> None:
    told, _ = told_of(
        {
            "event_type": "book",
            "asset_id": YES,
            "bids": None,
            "asks": [{"price": 0.999, "size": 12}],
            "timestamp": AT,
            "tick_size": "0.001",
            "min_order_size": "5",
            "neg_risk": False,
            "last_trade_price": "",
        }
    )
    book = BookSnapshot(YES, (), (Level(9990, 12 * UNIT),), AT, tick=10, min_size=5 * UNIT)
    assert told == [("book", book)]


def test_a_recorded_price_change_sets_a_level_and_states_the_best() -> None:
    told, _ = told_of(sample("ws_market_price_change_msg.json"))
    assert told == [
        ("level", YES, Side.BUY, 5100, 150 * UNIT, AT),
        ("best", YES, 5100, 5200),
    ]


def test_both_tokens_of_a_market_change_at_once_and_the_best_follows_all_changes() -> None:
    told, _ = told_of(
        price_change(
            change(best_bid="0.51", best_ask="0.52"),
            change(asset_id=NO, price="0.49", side="SELL", best_bid="0.48", best_ask="0.49"),
            change(price="0.50", size="0", best_bid="0.51", best_ask=""),
        )
    )
    assert told == [
        ("level", YES, Side.BUY, 5100, 150 * UNIT, AT),
        ("level", NO, Side.SELL, 4900, 150 * UNIT, AT),
        ("level", YES, Side.BUY, 5000, 0, AT),
        ("best", YES, 5100, None),
        ("best", NO, 4800, 4900),
    ]


def test_a_best_that_is_not_stated_is_not_told() -> None:
    told, events = told_of(price_change(change()))
    assert [entry[0] for entry in told] == ["level"]
    assert events.tops == {YES: None}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ws_market_tick_size_msg.json", [("tick", YES, 100)]),
        (
            "ws_market_last_trade_msg.json",
            [("trade", YES, LastTrade(5100, 25 * UNIT, Side.BUY, 1_703_875_202_000))],
        ),
        ("ws_market_new_market_msg.json", []),
    ],
)
def test_recorded_events_are_told(name: str, expected: list[Any]) -> None:
    told, events = told_of(sample(name))
    assert told == expected
    assert (events.received, events.unreadable) == (1, 0)


def test_recorded_events_of_other_markets_are_told() -> None:
    best, over = (
        json.loads(sample(name))
        for name in ("ws_market_best_bid_ask_msg.json", "ws_market_resolved_msg.json")
    )
    told, _ = told_of([best, over])
    assert told == [
        ("best", best["asset_id"], 7300, 7700),
        ("resolved", over["market"], over["winning_asset_id"]),
    ]


def test_an_array_is_as_good_as_its_objects() -> None:
    one, two = price_change(change()), price_change(change(price="0.40"))
    assert told_of([one, two])[0] == told_of(one, two)[0]
    assert told_of([])[0] == []


GOOD = price_change(change())


@pytest.mark.parametrize(
    ("frame", "unreadable"),
    [
        (b"garbage", 1),
        (b"", 1),
        (b"\xff\xfe", 1),
        (b"17", 1),
        ({"event_type": "mystery", "asset_id": YES}, 1),
        ({"asset_id": YES}, 1),
        ([GOOD, {"event_type": "mystery"}, 5, GOOD], 2),
        ([GOOD, price_change(change(side="HOLD")), GOOD], 1),
        ([GOOD, price_change(change(price="a lot")), GOOD], 1),
        ([GOOD, {"event_type": "last_trade_price", "asset_id": YES, "side": ""}, GOOD], 1),
        (price_change(change(size="0.1234567")), 1),
    ],
)
def test_what_cannot_be_read_is_counted_and_hides_nothing_else(frame: Any, unreadable: int) -> None:
    told, events = told_of(frame)
    assert events.unreadable == unreadable
    good = frame.count(GOOD) if isinstance(frame, list) else 0
    assert [entry[0] for entry in told] == ["level"] * good
