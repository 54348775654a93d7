"""A venue with a history, for the commands that read it."""

from __future__ import annotations

from dataclasses import replace

from polyterm.cli.places import VenuePlace
from polyterm.engine.clock import SystemClock
from polyterm.engine.records import Batch
from polyterm.models.enums import ChildStatus, OrderStatus, Side, TradeStatus
from polyterm.models.events import ChildChanged, Filled, OrderAccepted, OrderAdjusted
from polyterm.models.money import UNIT
from polyterm.storage import open_store
from polyterm.storage.prune_keeper import prune
from polyterm.storage.pruning import DAY_MS, Keep, Pruning
from tests.storage.journals import ORDER, a_child, a_fill, a_parent

AT_MS = 1_700_000_000_123


async def write_history(place: VenuePlace) -> None:
    """One order that was filled in two parts, one of them undone."""
    child = a_child(1, 100, status=ChildStatus.FILLED)
    fills = (
        a_fill(child, 40, fee=UNIT // 10, at_ms=AT_MS),
        a_fill(child, 60, trade_id="t2", at_ms=AT_MS + 1, status=TradeStatus.FAILED),
    )
    parent = a_parent(
        status=OrderStatus.COMPLETED, created_ms=AT_MS, question="=SUM(A1)", slug="=rain"
    )
    events = (
        OrderAccepted(at_ms=AT_MS, order_id=ORDER, seq=1, summary="buy 100"),
        ChildChanged(
            at_ms=AT_MS,
            order_id=ORDER,
            seq=2,
            child_id=child.child_id,
            status=ChildStatus.LIVE,
            side=Side.BUY,
            price=5_000,
            size=100 * UNIT,
            matched=0,
            reason="inside the band",
        ),
        OrderAdjusted(
            at_ms=AT_MS,
            order_id=ORDER,
            seq=3,
            old_price=5_000,
            new_price=5_100,
            size=100 * UNIT,
            number=1,
            reason="undercut",
        ),
        Filled(
            at_ms=AT_MS,
            order_id=ORDER,
            seq=4,
            child_id=child.child_id,
            trade_id=fills[0].trade_id,
            side=Side.BUY,
            price=5_000,
            size=40 * UNIT,
            fee=UNIT // 10,
            is_maker=False,
        ),
    )
    async with open_store(place.database, SystemClock()) as store:
        await store.commit([Batch(parents=(parent,))])
        await store.commit([Batch(new_child=child)])
        await store.commit([Batch(fills=fills, events=events)])


async def end_and_prune(place: VenuePlace) -> None:
    """Let a day go by after the order's end."""
    async with open_store(place.database, SystemClock()) as store:
        saved = await store.load()
        await store.commit(
            [
                Batch(
                    parents=tuple(replace(parent, ended_ms=AT_MS) for parent in saved.parents),
                    children=tuple(replace(child, ended_ms=AT_MS) for child in saved.children),
                    fills=tuple(
                        replace(fill, status=TradeStatus.CONFIRMED, settled_ms=AT_MS)
                        for fill in saved.fills
                    ),
                )
            ]
        )
        await prune(store.prune, Pruning(Keep(1), AT_MS + 2 * DAY_MS))
