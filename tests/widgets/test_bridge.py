"""The frame pump: newest value only, books in turn, nothing for whoever cannot be seen."""

from __future__ import annotations

import asyncio

from polyterm.bridge import (
    BLURRED_DIVISOR,
    BOOKS_A_FRAME,
    BookViewer,
    FramePump,
    LatestBoard,
    Topic,
    relay_events,
)
from polyterm.models.events import Event, Noticed
from polyterm.models.ids import TokenId
from polyterm.models.snapshot import MarketSnapshot
from tests.fakes.engine import FakeEngine
from tests.fakes.pictures import market, snapshot


def test_the_board_keeps_the_newest_value_of_what_changed() -> None:
    board = LatestBoard()
    board.put("a", 1)
    board.put("a", 2)
    board.put("b", 1)
    assert board.drain() == {"a": 2, "b": 1}
    board.put("a", 2)
    assert board.drain() == {}


def books(count: int) -> FakeEngine:
    engine = FakeEngine(markets=tuple(market(number) for number in range(1, count + 1)))
    for of in engine.markets:
        engine.put(snapshot(of))
    return engine


def viewer(seen: list[TokenId], token: str, every: int = 1, visible: bool = True) -> BookViewer:
    def show(picture: MarketSnapshot) -> None:
        seen.append(picture.token_id)

    return BookViewer(TokenId(token), show, lambda: visible, every)


def test_a_thousand_changes_between_two_frames_are_painted_once() -> None:
    engine, seen = books(1), []
    pump = FramePump(engine)
    pump.watch_book("ladder", viewer(seen, "11"))
    for _ in range(1_000):
        engine.put(snapshot(engine.markets[0]))
    pump.tick()
    pump.tick()
    assert seen == ["11"]


def test_nine_busy_books_are_painted_in_turn_and_none_starves() -> None:
    engine, seen = books(9), []
    pump = FramePump(engine)
    for number in range(1, 10):
        pump.watch_book(number, viewer(seen, f"{number}1"))
    for _ in range(18):
        for of in engine.markets:
            engine.put(snapshot(of))
        before = len(seen)
        pump.tick()
        assert len(seen) - before <= BOOKS_A_FRAME
    assert min(seen.count(of.outcomes[0].token_id) for of in engine.markets) >= 3


def test_a_hidden_book_costs_nothing_and_is_painted_when_it_shows() -> None:
    engine, seen, visible = books(1), [], False
    pump = FramePump(engine)

    def show(picture: MarketSnapshot) -> None:
        seen.append(picture.token_id)

    pump.watch_book("ladder", BookViewer(TokenId("11"), show, lambda: visible))
    pump.tick()
    assert seen == []
    visible = True
    pump.tick()
    assert seen == ["11"]


def test_a_slow_viewer_is_painted_no_more_often_than_it_asked() -> None:
    engine, seen = books(1), []
    pump = FramePump(engine)
    pump.watch_book("list", viewer(seen, "11", every=5))
    for _ in range(20):
        engine.put(snapshot(engine.markets[0]))
        pump.tick()
    assert len(seen) == 4


def test_a_topic_is_shown_at_once_and_then_only_when_it_changed() -> None:
    engine, seen = books(1), []
    pump = FramePump(engine)
    pump.watch("bar", Topic.HEALTH, seen.append)
    assert len(seen) == 1
    pump.tick()
    seen.clear()
    for _ in range(30):
        pump.tick()
    assert seen == []
    engine.set_health(queued=5)
    for _ in range(5):
        pump.tick()
    assert [health.queued for health in seen] == [5]


def test_who_was_forgotten_is_shown_nothing_more() -> None:
    engine, seen = books(1), []
    pump = FramePump(engine)
    pump.watch("bar", Topic.HEALTH, seen.append)
    pump.watch_book("bar", viewer(seen, "11"))
    pump.forget("bar")
    engine.set_health(queued=5)
    for _ in range(30):
        pump.tick()
    assert len(seen) == 1


def test_frames_are_thinned_while_the_terminal_has_no_focus() -> None:
    engine, seen = books(1), []
    pump = FramePump(engine)
    pump.watch_book("ladder", viewer(seen, "11"))
    pump.is_blurred = True
    for _ in range(3 * BLURRED_DIVISOR):
        engine.put(snapshot(engine.markets[0]))
        pump.tick()
    assert len(seen) == 3


async def test_facts_are_handed_on_whole_and_in_order() -> None:
    engine, seen = books(1), list[Event]()
    task = asyncio.create_task(relay_events(engine, seen.append))
    for number in range(100):
        engine.tell(Noticed(at_ms=number, is_alarm=False, text=str(number)))
    async with asyncio.timeout(5):
        while len(seen) < 100:
            await asyncio.sleep(0)
    task.cancel()
    assert [event.at_ms for event in seen] == list(range(100))
