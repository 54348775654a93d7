"""What no order needs any more leaves the journal, one small step at a time.

First go facts of how orders were worked, and the signed bytes of children that can no longer be
sent; then, where that is asked for, orders that left memory, with all that is under them: what they
add up to was carried on when they traded. Freed pages are taken for what is written next; see
docs/decisions/0009 and 0011.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import get_args

from polyterm.engine.parent import DUST
from polyterm.models.enums import ChildStatus, OrderStatus, TradeStatus
from polyterm.models.events import ChildChanged, Event, ExchangeChanged, FeedChanged, OrderAdjusted
from polyterm.storage.marks import raise_marks, raise_orders_mark
from polyterm.storage.rows import CHILDREN

STEP = 200
"""Rows looked at in one transaction: the most that a commit has to wait for."""
ORDERS_A_STEP = 5
"""Whole orders that go in one transaction; each has many rows."""
DAY_MS = 86_400_000
"""Also the shortest time that anything is kept: a dead child may come back so long (rule R3)."""

DECISIONS = tuple(
    kind.__name__ for kind in (ChildChanged, OrderAdjusted, FeedChanged, ExchangeChanged)
)
"""Facts of how an order was worked: by far the most, and the least of them are ever read again."""
FACTS = tuple(kind.__name__ for kind in get_args(Event) if kind.__name__ not in DECISIONS)


@dataclass(frozen=True, slots=True)
class Keep:
    """Days for which the facts of an order are kept after its end; 0 keeps them for ever."""

    decisions_days: int = 0
    facts_days: int = 0
    orders_days: int = 0

    def terms(self, now_ms: int) -> Iterable[tuple[str, int]]:
        """Each kind that goes, and the time before which it does."""
        for kinds, days in ((DECISIONS, self.decisions_days), (FACTS, self.facts_days)):
            if days:
                yield from ((kind, now_ms - days * DAY_MS) for kind in kinds)


FOR_EVER = Keep()

Walk = Callable[[sqlite3.Connection, int], int | None]
"""Removes what it may of the next rows after a place; the place it came to, or the end."""


class Pruning:
    """One way through the whole journal."""

    def __init__(self, keep: Keep, now_ms: int) -> None:
        walks: list[Walk] = [
            partial(_prune, kind=kind, before_ms=before) for kind, before in keep.terms(now_ms)
        ]
        if keep.decisions_days:
            walks.append(partial(_strip, before_ms=now_ms - keep.decisions_days * DAY_MS))
        if keep.orders_days:
            walks.append(partial(_remove, before_ms=now_ms - keep.orders_days * DAY_MS))
        self._walks = deque(walks)
        self._place = 0

    def step(self, connection: sqlite3.Connection) -> bool:
        """Go on inside a transaction; whether there is anything left to do."""
        if self._walks:
            place = self._walks[0](connection, self._place)
            if place is None:
                self._walks.popleft()
            self._place = place or 0
        return bool(self._walks)


def _prune(connection: sqlite3.Connection, place: int, *, kind: str, before_ms: int) -> int | None:
    rows = connection.execute(
        "SELECT seq, at_ms, order_id FROM events WHERE kind = ? AND seq > ? ORDER BY seq LIMIT ?",
        (kind, place, STEP),
    ).fetchall()
    old = [row for row in rows if row["at_ms"] < before_ms]
    needed = _needed(connection, {row["order_id"] for row in old}, before_ms)
    gone = [row["seq"] for row in old if row["order_id"] not in needed]
    connection.executemany("DELETE FROM events WHERE seq = ?", ((seq,) for seq in gone))
    if gone:
        raise_marks(connection, seq=gone[-1], before_ms=before_ms)
    return rows[-1]["seq"] if old else None


def _strip(connection: sqlite3.Connection, place: int, *, before_ms: int) -> int | None:
    rows = connection.execute(
        "SELECT rowid, order_id, created_ms, length(body) AS size FROM children "
        "WHERE rowid > ? ORDER BY rowid LIMIT ?",
        (place, STEP),
    ).fetchall()
    old = [row for row in rows if row["created_ms"] < before_ms]
    signed = [row for row in old if row["size"]]
    needed = _needed(connection, {row["order_id"] for row in signed}, before_ms)
    bare = ((row["rowid"],) for row in signed if row["order_id"] not in needed)
    connection.executemany(_WITHOUT_BODY, bare)
    return rows[-1]["rowid"] if old else None


def _remove(connection: sqlite3.Connection, place: int, *, before_ms: int) -> int | None:
    rows = connection.execute(
        "SELECT rowid, order_id, left_ms FROM parents WHERE rowid > ? ORDER BY rowid LIMIT ?",
        (place, STEP),
    ).fetchall()
    left = [row for row in rows if row["left_ms"] is not None and row["left_ms"] < before_ms]
    some = left[:ORDERS_A_STEP]
    needed = _needed(connection, {row["order_id"] for row in some}, before_ms)
    for row in some:
        if row["order_id"] not in needed:
            _remove_order(connection, row["order_id"], before_ms)
    looked_at = some if len(left) > len(some) else rows
    return looked_at[-1]["rowid"] if looked_at else None


def _remove_order(connection: sqlite3.Connection, order_id: str, before_ms: int) -> None:
    last = connection.execute(
        "SELECT MAX(seq) FROM events WHERE order_id = ?", (order_id,)
    ).fetchone()[0]
    for statement in _REMOVE_ORDER:
        connection.execute(statement, (order_id,))
    raise_orders_mark(connection, before_ms=before_ms)
    if last is not None:
        raise_marks(connection, seq=last, before_ms=before_ms)


_REMOVE_ORDER = (
    "DELETE FROM events WHERE order_id = ?",
    "DELETE FROM fills WHERE child_id IN (SELECT child_id FROM children WHERE order_id = ?)",
    "DELETE FROM children WHERE order_id = ?",
    "DELETE FROM parents WHERE order_id = ?",
)


def _needed(
    connection: sqlite3.Connection, order_ids: Iterable[str | None], before_ms: int
) -> set[str]:
    return {
        order_id
        for order_id in order_ids
        if order_id is not None
        and connection.execute(_IS_NEEDED, {"order": order_id, "before": before_ms}).fetchone()
    }


_COLUMNS = ", ".join(("rowid", *CHILDREN.columns))
_WITHOUT_BODY = f"""
    REPLACE INTO children ({_COLUMNS})
    SELECT {_COLUMNS.replace("body", "x''")} FROM children WHERE rowid = ?
"""  # noqa: S608 - words of our own
"""An update would leave the pages as they are, mostly empty; this way SQLite joins them."""


def _in(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


_ENDED = _in(status for status in OrderStatus if status.is_final)
_DEAD = _in(status for status in ChildStatus if status.is_final)
_SETTLED = _in(status for status in TradeStatus if status.is_final)

_IS_NEEDED = f"""
    SELECT 1 FROM parents p WHERE p.order_id = :order AND (
        p.status NOT IN ({_ENDED}) OR COALESCE(p.ended_ms >= :before, TRUE)
        OR EXISTS (
            SELECT 1 FROM children c WHERE c.order_id = p.order_id AND (
                c.status NOT IN ({_DEAD}) OR COALESCE(c.ended_ms >= :before, TRUE)
                OR c.matched - {DUST} >= (
                    SELECT COALESCE(SUM(f.size), 0) FROM fills f WHERE f.child_id = c.child_id
                )
                OR EXISTS (
                    SELECT 1 FROM fills f WHERE f.child_id = c.child_id AND (
                        f.status NOT IN ({_SETTLED}) OR COALESCE(f.settled_ms >= :before, TRUE)
                    )
                )
            )
        )
    )
"""  # noqa: S608 - words of our own
"""Whether an order may still change: at work, or ended, dead or settled too recently to be sure."""
