"""Orders read back whole: those a run goes on with, and those that have left its memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from typing import TypeVar

from polyterm.engine.records import ChildRecord, Orders
from polyterm.engine.store import Age
from polyterm.models.enums import ChildStatus
from polyterm.models.events import ChildChanged, OrderAdjusted, decode_event
from polyterm.models.ids import ChildId, OrderId
from polyterm.storage.rows import CHILDREN, FILLS, PARENTS
from polyterm.storage.schema import CLIENT_KEY, NOT_YET

_BY_ID = "SELECT * FROM parents WHERE order_id = ?"
_BY_CHILD = """
    SELECT p.* FROM children c JOIN parents p ON p.order_id = c.order_id WHERE c.child_id = ?
"""
BY_KEY = f"SELECT * FROM parents WHERE {CLIENT_KEY} = ?"  # noqa: S608 - words of our own
PAST = """
    SELECT * FROM parents
    WHERE left_ms IS NOT NULL AND (created_ms, order_id) < (?, ?)
    ORDER BY created_ms DESC, order_id DESC LIMIT ?
"""
_CHILDREN = "SELECT * FROM children WHERE order_id = ? ORDER BY number"
_FILLS = """
    SELECT f.* FROM children c JOIN fills f ON f.child_id = c.child_id
    WHERE c.order_id = ? ORDER BY f.at_ms
"""
FACTS = "SELECT body FROM events WHERE order_id = ? AND +kind = ? ORDER BY seq"
"""The sign keeps SQLite at the index of the order: that of the kind has those of all orders."""

Fact = TypeVar("Fact", OrderAdjusted, ChildChanged)


def whole(connection: sqlite3.Connection, parents: Iterable[sqlite3.Row]) -> Orders:
    """These orders with all that is under them."""
    orders = tuple(map(PARENTS.read, parents))
    ids = tuple(order.order_id for order in orders)
    children = tuple(map(CHILDREN.read, _of_each(connection, _CHILDREN, ids)))
    return Orders(
        parents=orders,
        children=children,
        fills=tuple(map(FILLS.read, _of_each(connection, _FILLS, ids))),
        adjustments=tuple(_facts(connection, OrderAdjusted, ids)),
        rested=_rested(connection, children),
    )


def _rested(connection: sqlite3.Connection, children: Iterable[ChildRecord]) -> frozenset[ChildId]:
    unknown = {c.child_id: c.order_id for c in children if c.status is ChildStatus.UNKNOWN}
    moves = _facts(connection, ChildChanged, sorted(set(unknown.values())))
    return frozenset(
        move.child_id
        for move in moves
        if move.status is ChildStatus.LIVE and move.child_id in unknown
    )


def _facts(
    connection: sqlite3.Connection, kind: type[Fact], order_ids: Iterable[OrderId]
) -> Iterator[Fact]:
    for order_id in order_ids:
        for row in connection.execute(FACTS, (order_id, kind.__name__)):
            fact = decode_event(row["body"])
            if isinstance(fact, kind):
                yield fact


def find_orders(
    connection: sqlite3.Connection,
    *,
    order_ids: Collection[OrderId] = (),
    child_ids: Collection[ChildId] = (),
    client_key: str | None = None,
) -> Orders:
    """Orders of these ids, with these children, or with that key."""
    keys = () if client_key is None else (client_key,)
    found = {
        row["order_id"]: row
        for query, wanted in ((_BY_ID, order_ids), (_BY_CHILD, child_ids), (BY_KEY, keys))
        for row in _of_each(connection, query, wanted)
    }
    return whole(connection, found.values())


def recall(connection: sqlite3.Connection, order_ids: Collection[OrderId]) -> Orders:
    """Inside a transaction: mark these as in memory again, and read them."""
    connection.executemany(
        "UPDATE parents SET left_ms = NULL WHERE order_id = ?", ((one,) for one in order_ids)
    )
    return find_orders(connection, order_ids=order_ids)


def past_orders(connection: sqlite3.Connection, limit: int, before: Age | None) -> Orders:
    """Orders that have left memory, newest first; the next ones after `before`."""
    created_ms, order_id = before or (NOT_YET, OrderId(""))
    rows = connection.execute(PAST, (created_ms, order_id, limit)).fetchall()
    return whole(connection, rows)


def _of_each(
    connection: sqlite3.Connection, query: str, keys: Iterable[str]
) -> Iterator[sqlite3.Row]:
    for key in keys:
        yield from connection.execute(query, (key,))
