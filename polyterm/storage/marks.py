"""Up to where the journal is not whole: who asks for older facts is told, not given a part."""

from __future__ import annotations

import sqlite3

from polyterm.storage.errors import PrunedError

_SEQ = "pruned_seq"
_BEFORE = "pruned_before_ms"
_ORDERS_BEFORE = "orders_gone_before_ms"
_RAISE = """
    INSERT INTO state VALUES (?, ?) ON CONFLICT DO UPDATE
    SET value = MAX(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER))
"""


def raise_marks(connection: sqlite3.Connection, *, seq: int, before_ms: int) -> None:
    """Note that facts up to that number, older than that time, are not all there any more."""
    connection.executemany(_RAISE, ((_SEQ, str(seq)), (_BEFORE, str(before_ms))))


def raise_orders_mark(connection: sqlite3.Connection, *, before_ms: int) -> None:
    """Note that orders that ended before that time are not all there any more."""
    connection.execute(_RAISE, (_ORDERS_BEFORE, str(before_ms)))


def kept_after(connection: sqlite3.Connection) -> int:
    """The number after which every fact is there; 0 where all are."""
    row = connection.execute("SELECT value FROM state WHERE name = ?", (_SEQ,)).fetchone()
    return int(row[0]) if row else 0


def require_kept(connection: sqlite3.Connection, after: int) -> None:
    """`PrunedError` where facts after that number are gone."""
    kept = kept_after(connection)
    if after < kept:
        raise PrunedError(after, kept)
