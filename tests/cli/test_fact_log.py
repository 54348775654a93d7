from __future__ import annotations

import logging
from typing import get_args

import pytest

from polyterm.cli import story
from polyterm.cli.fact_log import log_fact
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
from polyterm.models.ids import ChildId, OrderId, TradeId
from polyterm.models.money import UNIT
from tests.engine.desk import iceberg, micro, open_desk
from tests.fakes.virtual_time import run_virtual

ORDER = OrderId("01abc")
CHILD = ChildId("0x0123456789abcdef")
TRADE = TradeId("t1")


def _child(status: ChildStatus, reason: str = "") -> ChildChanged:
    return ChildChanged(
        at_ms=1,
        order_id=ORDER,
        child_id=CHILD,
        status=status,
        side=Side.BUY,
        price=4_800,
        size=10 * UNIT,
        matched=2 * UNIT,
        reason=reason,
    )


def _settled(status: TradeStatus) -> FillSettled:
    return FillSettled(
        at_ms=1,
        order_id=ORDER,
        child_id=CHILD,
        trade_id=TRADE,
        status=status,
        price=4_800,
        size=UNIT,
    )


FACTS: list[tuple[Event, int, str]] = [
    (
        OrderAccepted(at_ms=1, order_id=ORDER, summary="buy 10"),
        logging.INFO,
        "accepted: buy 10",
    ),
    (
        OrderStatusChanged(at_ms=1, order_id=ORDER, status=OrderStatus.COMPLETED, reason="filled"),
        logging.INFO,
        "completed: filled",
    ),
    (
        OrderResized(at_ms=1, order_id=ORDER, old_size=UNIT, new_size=2 * UNIT, reason="edge"),
        logging.INFO,
        "wants 2 shares instead of 1: edge",
    ),
    (
        OrderChanged(
            at_ms=1,
            order_id=ORDER,
            old_size=UNIT,
            new_size=UNIT,
            worst_price=5_000,
            urgency=Urgency.HIGH,
            deadline_ms=None,
            summary="urgency HIGH",
        ),
        logging.INFO,
        "changed: urgency HIGH",
    ),
    (
        _child(ChildStatus.WRITTEN, "rest"),
        logging.DEBUG,
        "child 0x01234567 (buy 10 at 0.48) signed and written down, 2 of it matched: rest",
    ),
    (
        _child(ChildStatus.LIVE),
        logging.INFO,
        "child 0x01234567 (buy 10 at 0.48) accepted by the exchange, 2 of it matched",
    ),
    (
        OrderAdjusted(
            at_ms=1,
            order_id=ORDER,
            old_price=4_800,
            new_price=4_900,
            size=UNIT,
            number=3,
            reason="best bid moved",
        ),
        logging.DEBUG,
        "moved 0.48 -> 0.49: best bid moved",
    ),
    (
        Filled(
            at_ms=1,
            order_id=ORDER,
            child_id=CHILD,
            trade_id=TRADE,
            side=Side.BUY,
            price=4_800,
            size=10 * UNIT,
            fee=UNIT // 2,
            is_maker=False,
        ),
        logging.INFO,
        "child 0x01234567 traded: buy 10 at 0.48, taking, fee 0.5",
    ),
    (
        _settled(TradeStatus.MINED),
        logging.DEBUG,
        "child 0x01234567: trade of 1 at 0.48 is mined",
    ),
    (
        _settled(TradeStatus.FAILED),
        logging.WARNING,
        "child 0x01234567: trade of 1 at 0.48 is failed",
    ),
    (FeedChanged(at_ms=1, feed=Feed.USER, is_up=True, reason=""), logging.INFO, "user feed up"),
    (
        FeedChanged(at_ms=1, feed=Feed.MARKET, is_up=False, reason="lost"),
        logging.WARNING,
        "market feed down: lost",
    ),
    (Noticed(at_ms=1, order_id=ORDER, is_alarm=True, text="look"), logging.WARNING, "ALARM: look"),
    (Noticed(at_ms=1, is_alarm=False, text="read"), logging.INFO, "read"),
]

LOGGED_WHERE_THEY_HAPPEN: list[Event] = [
    ExchangeChanged(at_ms=1, is_reachable=False, reason="gone"),
    StopChanged(at_ms=1, state=StopState.STOPPING, open_orders=None, reason="asked for"),
]


@pytest.mark.parametrize(("fact", "level", "text"), FACTS)
def test_a_fact_is_a_line_with_its_order(
    fact: Event, level: int, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    log_fact(fact)
    (line,) = caplog.records
    assert (line.levelno, line.getMessage()) == (level, text)
    assert line.__dict__["order_id"] == fact.order_id


def test_no_status_of_a_child_goes_without_words() -> None:
    assert set(story._CHILD) == {status.value for status in ChildStatus}


@pytest.mark.parametrize("status", ChildStatus)
def test_every_status_of_a_child_has_words(
    status: ChildStatus, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    log_fact(_child(status))
    assert caplog.records[0].getMessage().startswith("child 0x01234567")


def test_every_kind_of_fact_is_a_line_or_logged_where_it_happens(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    for fact in LOGGED_WHERE_THEY_HAPPEN:
        log_fact(fact)
    assert caplog.records == []
    known = {type(fact) for fact, _, _ in FACTS} | {type(f) for f in LOGGED_WHERE_THEY_HAPPEN}
    assert known == set(get_args(Event))


def test_what_nobody_wants_to_read_is_not_put_into_words(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> str:
        raise AssertionError("put into words")

    monkeypatch.setattr("polyterm.cli.fact_log.in_words", never)
    caplog.set_level(logging.WARNING)
    log_fact(_child(ChildStatus.LIVE))
    assert caplog.records == []


def test_the_life_of_an_order_is_logged_to_its_end_and_every_line_carries_its_id(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    orders: list[OrderId] = []
    children: dict[str, OrderId] = {}

    async def scenario() -> None:
        async with open_desk() as desk:
            desk.engine.on_fact = log_fact
            orders.append(await desk.engine.submit_order(iceberg(size=40, limit="0.55")))
            await desk.until_ended(orders[0])
            orders.append(await desk.engine.submit_order(micro(limit="0.40")))
            await desk.resting(orders[1])
            for order_id in orders:
                detail = await desk.engine.order_detail(order_id)
                children.update((child.child_id[:10], order_id) for child in detail.children)
        # Ended by leaving the engine: its last words are there too.

    run_virtual(scenario())
    lives = (("completed", "traded", " filled"), ("cancelled", "cancelled, proved"))
    for order_id, (last, *more) in zip(orders, lives, strict=True):
        told = [r.getMessage() for r in caplog.records if r.__dict__.get("order_id") == order_id]
        assert told[0].startswith("accepted: ")
        assert told[-1].startswith(last)
        for word in ("active", "written down", "sent", "accepted by the exchange", *more):
            assert any(word in text for text in told), word
    assert len(children) > 2
    for record in caplog.records:
        for child, order_id in children.items():
            if child in record.getMessage():
                assert record.__dict__["order_id"] == order_id
