"""Batches of facts as rows."""

from __future__ import annotations

import sqlite3

from polyterm.engine.records import Batch
from polyterm.engine.store import StoreError
from polyterm.models.events import Event, encode_event
from polyterm.storage.overbuying import refusal
from polyterm.storage.rows import CHILDREN, FILLS, PARENTS, TOTALS


def write(connection: sqlite3.Connection, batch: Batch) -> StoreError | None:
    """Write a batch inside a transaction; where it breaks a rule nothing of it, and why."""
    if batch.new_child is not None:
        reason = refusal(connection, batch.new_child, batch.cover)
        if reason is not None:
            return reason
        connection.execute(CHILDREN.insert, CHILDREN.row(batch.new_child))
    connection.executemany(PARENTS.upsert, map(PARENTS.row, batch.parents))
    connection.executemany(CHILDREN.upsert, map(CHILDREN.row, batch.children))
    connection.executemany(FILLS.upsert, map(FILLS.row, batch.fills))
    connection.executemany(TOTALS.upsert, map(TOTALS.row, batch.totals))
    connection.executemany(
        "INSERT INTO events (seq, at_ms, order_id, kind, body) VALUES (?, ?, ?, ?, ?)",
        map(_event_row, batch.events),
    )
    connection.executemany(
        "INSERT INTO state VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        _state_rows(batch),
    )
    return None


def _event_row(event: Event) -> tuple[object, ...]:
    return event.seq, event.at_ms, event.order_id, type(event).__name__, encode_event(event)


def _state_rows(batch: Batch) -> list[tuple[object, ...]]:
    values = {"stop": batch.stop, "watermark_ms": batch.watermark_ms}
    return [(name, str(value)) for name, value in values.items() if value is not None]
