"""Random histories: orders in every state and of every age, with all that was told of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec
from hypothesis import strategies as st

from polyterm.engine.records import Batch, ChildRecord, FillRecord, ParentRecord
from polyterm.models.enums import ChildStatus, OrderStatus, Side, TradeStatus
from polyterm.models.events import (
    ChildChanged,
    Event,
    Feed,
    FeedChanged,
    OrderAdjusted,
    OrderStatusChanged,
)
from polyterm.models.ids import ChildId, OrderId, TradeId
from polyterm.models.money import UNIT
from polyterm.storage.database import Database
from polyterm.storage.pruning import DAY_MS
from tests.storage.journals import a_child, a_fill, a_parent

NOW_MS = 400 * DAY_MS
_AGES = st.one_of(st.integers(0, 10), st.integers(8, 10)).map(
    lambda days: NOW_MS - days * DAY_MS - 1
)
_SELDOM = st.one_of(st.none(), _AGES)
"""The end of something that has none: no journal should say so, and none may lose by it."""
_STATUSES = [*OrderStatus, *[OrderStatus.COMPLETED] * 8]
_MOSTLY = st.sampled_from([True, True, True, False])


@dataclass(frozen=True, slots=True)
class Story:
    """One order and everything that came of it."""

    parent: ParentRecord
    children: tuple[ChildRecord, ...]
    fills: tuple[FillRecord, ...]

    def last_ms(self) -> int | None:
        """When the last of it came to rest; nothing while something may still move."""
        parts: list[tuple[OrderStatus | ChildStatus | TradeStatus, int | None]] = [
            (self.parent.status, self.parent.ended_ms)
        ]
        parts += [(child.status, child.ended_ms) for child in self.children]
        parts += [(fill.status, fill.settled_ms) for fill in self.fills]
        brought = {fill.child_id: fill.size for fill in self.fills}
        awaits = any(child.matched > brought.get(child.child_id, 0) for child in self.children)
        times = [ms for status, ms in parts if status.is_final and ms is not None]
        return max(times) if len(times) == len(parts) and not awaits else None


@st.composite
def stories(draw: st.DrawFn) -> list[Story]:
    """A few orders, each with a few children."""
    return [draw(_story(number)) for number in range(draw(st.integers(1, 5)))]


@st.composite
def _story(draw: st.DrawFn, number: int) -> Story:
    order_id, status = OrderId(f"{number:04}"), draw(st.sampled_from(_STATUSES))
    ended_ms = draw(_AGES if status.is_final else _SELDOM)
    parent = a_parent(
        order_id=order_id,
        status=status,
        ended_ms=ended_ms,
        created_ms=number,
        left_ms=draw(st.sampled_from([None, ended_ms, ended_ms])) if status.is_final else None,
    )
    children = [draw(_child(order_id, n)) for n in range(draw(st.integers(0, 3)))]
    fills = [draw(_fill(child)) for child in children if child.matched and draw(_MOSTLY)]
    return Story(parent, tuple(children), tuple(fills))


@st.composite
def _child(draw: st.DrawFn, order_id: OrderId, number: int) -> ChildRecord:
    status = draw(st.sampled_from([*ChildStatus, *[ChildStatus.CANCELLED] * 10]))
    return a_child(
        number,
        10,
        order_id=order_id,
        child_id=ChildId(f"0x{order_id}{number}"),
        status=status,
        matched=draw(st.sampled_from([0, 5 * UNIT])),
        ended_ms=draw(_AGES if status.is_final else _SELDOM),
    )


@st.composite
def _fill(draw: st.DrawFn, child: ChildRecord) -> FillRecord:
    status = draw(st.sampled_from([*TradeStatus, *[TradeStatus.CONFIRMED] * 5]))
    return a_fill(
        child,
        5,
        order_id=child.order_id,
        trade_id=TradeId(f"t{child.child_id}"),
        status=status,
        settled_ms=draw(_AGES if status.is_final else _SELDOM),
    )


async def write(database: Database, stories: list[Story]) -> list[Event]:
    """Put them all into a journal; the facts that were told of them, old and new ones mixed."""
    events: list[Event] = []
    for days in (8, 3, 0):
        at_ms = NOW_MS - days * DAY_MS - 1
        told = [event for story in stories for event in _told(story, at_ms)]
        told.append(FeedChanged(at_ms=at_ms, feed=Feed.USER, is_up=True, reason=""))
        events += told
    numbered = [_numbered(event, seq) for seq, event in enumerate(events, 1)]
    for story in stories:
        await database.commit([Batch(parents=(story.parent,))])
        for child in story.children:
            assert await database.commit([Batch(new_child=replace(child))]) == [None]
        await database.commit([Batch(fills=story.fills)])
    await database.commit([Batch(events=tuple(numbered))])
    return numbered


def _told(story: Story, at_ms: int) -> list[Event]:
    order_id = story.parent.order_id
    return [
        OrderStatusChanged(at_ms=at_ms, order_id=order_id, status=OrderStatus.ACTIVE, reason=""),
        OrderAdjusted(
            at_ms=at_ms,
            order_id=order_id,
            old_price=5_000,
            new_price=5_100,
            size=UNIT,
            number=1,
            reason="undercut",
        ),
        ChildChanged(
            at_ms=at_ms,
            order_id=order_id,
            child_id=ChildId("0x1"),
            status=ChildStatus.LIVE,
            side=Side.BUY,
            price=5_000,
            size=UNIT,
            matched=0,
            reason="",
        ),
    ]


def _numbered(event: Event, seq: int) -> Event:
    return msgspec.structs.replace(event, seq=seq)
