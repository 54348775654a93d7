from __future__ import annotations

from dataclasses import replace

from polyterm.models.enums import OrderStatus
from polyterm.models.ids import OrderId
from polyterm.widgets.price_trail import (
    EVERY_MS,
    MOST_LOOKS,
    MOST_ORDERS,
    Look,
    PriceTrail,
    PriceTrails,
    look_at,
)
from tests.fakes.engine import FakeEngine
from tests.fakes.pictures import NOW_MS, FrozenClock, an_order, market, snapshot

MARKET = market()


def a_look(at_ms: int) -> Look:
    return Look(at_ms, 5_500, 5_600, 5_540.0, 5_440.0, 5_640.0)


def engine_with(count: int) -> FakeEngine:
    engine = FakeEngine(markets=(MARKET,))
    engine.put(snapshot(MARKET))
    for number in range(1, count + 1):
        engine.set_order(an_order(number, MARKET))
    return engine


def test_a_day_of_looks_stays_small_and_reaches_back_to_the_begin() -> None:
    trail = PriceTrail()
    for second in range(86_400):
        trail.add(a_look(second * EVERY_MS))
    assert MOST_LOOKS // 2 <= len(trail.looks) <= MOST_LOOKS
    assert trail.looks[0].at_ms == 0
    assert trail.looks[-1].at_ms > 86_400_000 - 2 * trail.every_ms
    gaps = [b.at_ms - a.at_ms for a, b in zip(trail.looks, trail.looks[1:], strict=False)]
    assert set(gaps) == {trail.every_ms}


def test_orders_at_work_are_watched_and_ended_ones_remembered() -> None:
    engine = engine_with(2)
    engine.set_order(an_order(3, MARKET, OrderStatus.COMPLETED, 500))
    trails = PriceTrails(engine, FrozenClock())
    trails.follow(engine.list_orders())
    trails.look()
    seen = [len(trails.of(OrderId(f"order-{number:06d}")).looks) for number in (1, 2, 3)]
    assert seen == [1, 1, 0]
    trails.follow(())
    trails.look()
    assert len(trails.of(OrderId("order-000001")).looks) == 1


def test_a_trail_that_is_shown_before_the_first_look_gets_it_too() -> None:
    engine = engine_with(1)
    trails = PriceTrails(engine, FrozenClock())
    shown = trails.of(OrderId("order-000001"))
    trails.follow(engine.list_orders())
    trails.look()
    assert len(shown.looks) == 1


def test_a_stale_book_leaves_a_gap() -> None:
    engine = engine_with(1)
    engine.put(snapshot(MARKET, is_live=False))
    trails = PriceTrails(engine, FrozenClock())
    trails.follow(engine.list_orders())
    trails.look()
    assert trails.of(OrderId("order-000001")).looks == ()


def test_many_orders_cost_no_more_than_some() -> None:
    engine = engine_with(3 * MOST_ORDERS)
    trails = PriceTrails(engine, FrozenClock())
    for _ in range(3):
        trails.follow(engine.list_orders())
        trails.look()
    assert len(trails._trails) <= 2 * MOST_ORDERS


def test_the_band_is_never_less_than_a_tick_wide() -> None:
    look = look_at(snapshot(MARKET), 50, NOW_MS)
    assert (look.bid, look.ask) == (5_500, 5_600)
    assert look.micro is not None
    assert (look.low, look.high) == (look.micro - 100, look.micro + 100)
    wide = look_at(snapshot(MARKET), 500, NOW_MS)
    assert wide.low is not None
    assert wide.low < look.micro - 250


def test_a_book_without_a_side_has_no_band() -> None:
    bare = replace(snapshot(MARKET), book=replace(snapshot(MARKET).book, asks=()))
    assert look_at(bare, 50, NOW_MS)[1:] == (5_500, None, None, None, None)
