from __future__ import annotations

import asyncio
from random import Random

import pytest

from polyterm.models.enums import OrderType, Side
from polyterm.simulator.orders import Ending
from polyterm.simulator.rate_limit import Lane
from polyterm.simulator.refusals import RefusalError
from polyterm.simulator.rules import BucketRule, ExchangeRules
from polyterm.simulator.timetable import Timetable
from tests.fakes.trading_floor import START_MS, ManualClock, TradingFloor, whole

BUY = Side.BUY


def test_what_is_due_is_done_in_order_of_time_and_then_of_writing_down():
    clock, done = ManualClock(), []
    timetable = Timetable(clock)
    for due, name in ((30, "c"), (10, "a"), (30, "d"), (20, "b"), (99, "never")):
        timetable.at(START_MS + due, lambda name=name: done.append(name))
    clock.at_ms += 50
    timetable.run_due()
    assert done == ["a", "b", "c", "d"]


async def test_a_running_timetable_wakes_for_what_is_added_before_its_next_entry():
    clock, done = ManualClock(), asyncio.Event()
    timetable = Timetable(clock)
    timetable.at(START_MS + 3_600_000, lambda: None)
    task = asyncio.create_task(timetable.run())
    try:
        await asyncio.sleep(0)
        timetable.at(START_MS, done.set)
        async with asyncio.timeout(0.5):
            await done.wait()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def test_a_gtd_order_ends_a_minute_before_its_stated_expiry():
    floor = TradingFloor()
    expires_s = START_MS // 1000 + 180
    reply = floor.place("ann", BUY, 4000, whole(10), kind=OrderType.GTD, expires_s=expires_s)
    floor.advance(119_999)
    assert floor.order(reply).is_open
    floor.advance(1)
    assert floor.order(reply).status == Ending.EXPIRED
    assert floor.order(reply).purse.active == 0
    assert floor.diary.facts[-1] == ("CANCELLATION", "CANCELED_EXPIRED_ORDER")


def test_expiry_leaves_an_order_alone_that_was_filled_before():
    floor = TradingFloor()
    expires_s = START_MS // 1000 + 180
    reply = floor.place("ann", BUY, 4000, whole(10), kind=OrderType.GTD, expires_s=expires_s)
    floor.house(Side.SELL, 4000, whole(10))
    floor.advance(300_000)
    assert floor.order(reply).status == "MATCHED"


def test_heartbeats_are_a_chain_and_a_wrong_id_is_told_the_right_one():
    floor = TradingFloor()
    beats, key = floor.exchange.heartbeats, floor.trader("ann")
    first = beats.beat(key, "")
    with pytest.raises(RefusalError) as caught:
        beats.beat(key, "nonsense")
    assert caught.value.body == {"error_msg": "Invalid Heartbeat ID", "heartbeat_id": first}
    assert beats.beat(key, first) not in {"", first}


def test_without_heartbeats_the_armed_keys_orders_are_cancelled_after_ten_to_fifteen_seconds():
    floor = TradingFloor()
    mine = floor.place("ann", BUY, 4000, whole(10))
    others = floor.place("bob", BUY, 4000, whole(10))
    floor.exchange.heartbeats.beat(floor.trader("ann"), "")
    floor.advance(5_000)
    floor.advance(5_000)
    assert floor.order(mine).is_open
    floor.advance(5_000)
    assert floor.order(mine).status == Ending.BY_OWNER
    assert floor.order(others).is_open


def test_regular_heartbeats_keep_orders_alive():
    floor = TradingFloor()
    mine = floor.place("ann", BUY, 4000, whole(10))
    heartbeat_id = ""
    for _ in range(10):
        heartbeat_id = floor.exchange.heartbeats.beat(floor.trader("ann"), heartbeat_id)
        floor.advance(5_000)
    assert floor.order(mine).is_open


def test_a_wrong_heartbeat_does_not_count():
    floor = TradingFloor()
    mine = floor.place("ann", BUY, 4000, whole(10))
    floor.exchange.heartbeats.beat(floor.trader("ann"), "")
    for _ in range(3):
        floor.advance(5_000)
        with pytest.raises(RefusalError):
            floor.exchange.heartbeats.beat(floor.trader("ann"), "")
    assert not floor.order(mine).is_open


def test_nothing_disarms_the_switch():
    floor = TradingFloor()
    floor.exchange.heartbeats.beat_plain(floor.trader("ann"))
    for _ in range(3):
        floor.advance(5_000)
    late = floor.place("ann", BUY, 4000, whole(10))
    floor.advance(5_000)
    assert not floor.order(late).is_open


def test_a_bucket_refills_with_time_and_refuses_what_is_not_there():
    rules = ExchangeRules(orders=BucketRule(rate=10, burst=3))
    floor = TradingFloor(rules=rules)
    limits = floor.exchange.limits
    limits.spend("ann", Lane.ORDERS, 3)
    with pytest.raises(RefusalError) as caught:
        limits.spend("ann", Lane.ORDERS, 1)
    assert (caught.value.status, caught.value.text) == (429, "Too Many Requests")
    assert caught.value.headers == {
        "Poly-RateLimit-Remaining": "0",
        "Poly-RateLimit-Reset": str(START_MS // 1000 + 1),
        "Poly-RateLimit-Tier": "Standard",
        "Retry-After": "1",
    }
    limits.spend("bob", Lane.ORDERS, 3)
    floor.advance(100)
    limits.spend("ann", Lane.ORDERS, 1)


def test_a_batch_is_taken_whole_or_not_at_all():
    floor = TradingFloor(rules=ExchangeRules(orders=BucketRule(rate=10, burst=3)))
    with pytest.raises(RefusalError):
        floor.exchange.limits.spend("ann", Lane.ORDERS, 4)
    floor.exchange.limits.spend("ann", Lane.ORDERS, 3)


def test_cancels_may_go_into_debt_which_blocks_later_ones():
    floor = TradingFloor(rules=ExchangeRules(cancels=BucketRule(rate=10, burst=5)))
    limits = floor.exchange.limits
    limits.owe("ann", Lane.CANCELS, 15)
    assert limits.headers("ann", Lane.CANCELS)["Poly-RateLimit-Remaining"] == "-10"
    floor.advance(1_000)
    with pytest.raises(RefusalError):
        limits.spend("ann", Lane.CANCELS, 1)
    floor.advance(100)
    limits.spend("ann", Lane.CANCELS, 1)


def test_history_holds_one_mid_a_second_and_thins_by_fidelity():
    floor = TradingFloor()
    floor.house(Side.SELL, 6000, whole(5))
    random = Random(1)
    for _ in range(200):
        order = floor.house(BUY, random.randrange(1, 60) * 100, whole(5))
        floor.advance(500)
        assert order is not None
        floor.host.cancel_house(order)
    now_s = floor.clock.at_ms // 1000
    points = floor.exchange.history.between(floor.state.id, 0, now_s, 0)
    times = [at for at, _ in points]
    assert 90 <= len(points) <= 101
    assert times == sorted(set(times))
    thin = [at for at, _ in floor.exchange.history.between(floor.state.id, 0, now_s, 60)]
    assert thin == [times[0], times[0] + 60]


def test_a_clock_that_is_set_back_takes_no_tokens_away():
    rules = ExchangeRules(orders=BucketRule(rate=1, burst=2))
    floor = TradingFloor(rules=rules)
    floor.exchange.limits.spend("ann", Lane.ORDERS, 1)
    floor.clock.at_ms -= 60_000
    floor.exchange.limits.spend("ann", Lane.ORDERS, 1)
    with pytest.raises(RefusalError, match="Too Many Requests"):
        floor.exchange.limits.spend("ann", Lane.ORDERS, 1)
