"""What earlier runs wrote, read back."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from polyterm.engine.records import Saved
from polyterm.models.events import Event, StopState, decode_event
from polyterm.storage.connecting import scalar
from polyterm.storage.errors import as_written
from polyterm.storage.marks import kept_after, require_kept
from polyterm.storage.past_orders import whole
from polyterm.storage.rows import TOTALS


def read_saved(connection: sqlite3.Connection, path: Path) -> Saved:
    """What a run goes on from; `DamageError` where a row is not what was once written."""
    with as_written(path):
        return _read(connection)


def read_events(connection: sqlite3.Connection, after: int, limit: int) -> tuple[Event, ...]:
    """Facts after that number, oldest first; `PrunedError` where some of them are gone."""
    require_kept(connection, after)
    rows = connection.execute(
        "SELECT body FROM events WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit)
    )
    return tuple(decode_event(row[0]) for row in rows)


def _read(connection: sqlite3.Connection) -> Saved:
    if not scalar(connection, "PRAGMA user_version"):
        return Saved()
    at_hand = connection.execute("SELECT * FROM parents WHERE left_ms IS NULL ORDER BY created_ms")
    orders = whole(connection, at_hand)
    state = dict(connection.execute("SELECT name, value FROM state").fetchall())
    watermark = state.get("watermark_ms")
    return Saved(
        parents=orders.parents,
        children=orders.children,
        fills=orders.fills,
        adjustments=orders.adjustments,
        rested=orders.rested,
        totals=tuple(map(TOTALS.read, connection.execute("SELECT * FROM totals"))),
        last_seq=_last_seq(connection),
        stop=StopState(state.get("stop", StopState.RUNNING)),
        watermark_ms=None if watermark is None else int(watermark),
    )


def _last_seq(connection: sqlite3.Connection) -> int:
    # A number is never given twice, though the fact that had it may be gone.
    told = scalar(connection, "SELECT COALESCE(MAX(seq), 0) FROM events")
    return max(told, kept_after(connection))
