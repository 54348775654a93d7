"""What earlier runs wrote, read back."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec

from polyterm.engine.records import Saved
from polyterm.models.events import Event, OrderAdjusted, StopState, decode_event
from polyterm.storage.connecting import scalar
from polyterm.storage.errors import DamageError
from polyterm.storage.marks import kept_after, require_kept
from polyterm.storage.rows import CHILDREN, FILLS, PARENTS


def read_saved(connection: sqlite3.Connection, path: Path) -> Saved:
    """All that a journal holds; `DamageError` where a row is not what was once written."""
    try:
        return _read(connection)
    except (ValueError, TypeError, msgspec.MsgspecError) as error:
        raise DamageError(f"the journal {path} is damaged: a row cannot be read") from error


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
    parents = connection.execute("SELECT * FROM parents ORDER BY created_ms")
    children = connection.execute("SELECT * FROM children ORDER BY order_id, number")
    fills = connection.execute("SELECT * FROM fills ORDER BY at_ms")
    adjusted = connection.execute(
        "SELECT body FROM events WHERE kind = ? ORDER BY seq", (OrderAdjusted.__name__,)
    )
    events = (decode_event(row[0]) for row in adjusted)
    state = dict(connection.execute("SELECT name, value FROM state").fetchall())
    watermark = state.get("watermark_ms")
    return Saved(
        parents=tuple(PARENTS.read(row) for row in parents),
        children=tuple(CHILDREN.read(row) for row in children),
        fills=tuple(FILLS.read(row) for row in fills),
        adjustments=tuple(event for event in events if isinstance(event, OrderAdjusted)),
        last_seq=_last_seq(connection),
        stop=StopState(state.get("stop", StopState.RUNNING)),
        watermark_ms=None if watermark is None else int(watermark),
    )


def _last_seq(connection: sqlite3.Connection) -> int:
    # A number is never given twice, though the fact that had it may be gone.
    told = scalar(connection, "SELECT COALESCE(MAX(seq), 0) FROM events")
    return max(told, kept_after(connection))
