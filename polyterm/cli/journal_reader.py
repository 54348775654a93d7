"""The journal read from outside, beside a running engine or without one; nothing is written."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from polyterm.cli.exit_codes import ExitCode
from polyterm.cli.failure import Failure
from polyterm.cli.plain import Plain, decimal_text, moment, units, written
from polyterm.models.money import format_price

APPLICATION_ID = 0x504F4C59
"""`POLY`, as the journal's header says; its storage package is too slow to import for a command."""

_ORDERS = """
    SELECT p.*, COALESCE(SUM(f.size), 0) AS filled,
           COALESCE(SUM(f.price * f.size / 10000), 0) AS paid, COALESCE(SUM(f.fee), 0) AS fees
    FROM parents p LEFT JOIN fills f ON f.order_id = p.order_id AND f.status <> 'FAILED'
    GROUP BY p.order_id ORDER BY p.created_ms
"""
_FILLS = """
    SELECT f.*, p.slug, p.outcome, p.request
    FROM fills f JOIN parents p ON p.order_id = f.order_id
    WHERE :order_id IS NULL OR f.order_id = :order_id ORDER BY f.at_ms
"""
_EVENTS = """
    SELECT body FROM events WHERE :order_id IS NULL OR order_id = :order_id ORDER BY seq
"""
_WHOLE_SINCE = "SELECT CAST(value AS INTEGER) FROM state WHERE name = 'pruned_before_ms'"
_ORDERS_SINCE = "SELECT CAST(value AS INTEGER) FROM state WHERE name = 'orders_gone_before_ms'"
"""Both written by `polyterm.storage.marks`; no row where nothing has left the journal."""
_IS_PART = """
    SELECT 1 WHERE NOT EXISTS (
        SELECT 1 FROM events WHERE kind = 'OrderAccepted' AND order_id = :order_id
    ) OR (
        EXISTS (SELECT 1 FROM children WHERE order_id = :order_id) AND NOT EXISTS (
            SELECT 1 FROM events WHERE kind = 'ChildChanged' AND order_id = :order_id
        )
    )
"""
"""Whether facts of an order have left: they go kind by kind, and every order has had these."""


class JournalReader:
    """Rows of the journal as plain JSON, oldest first."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def orders(self) -> Iterator[Plain]:
        """Every parent order and what its fills add up to."""
        return map(_order, self._db.execute(_ORDERS))

    def fills(self, order_id: str | None = None) -> Iterator[Plain]:
        """Every trade, or those of one order."""
        return map(_fill, self._db.execute(_FILLS, {"order_id": order_id}))

    def events(self, order_id: str | None = None) -> Iterator[Plain]:
        """Every fact, or those of one order, its amounts written out."""
        for row in self._db.execute(_EVENTS, {"order_id": order_id}):
            yield written(json.loads(row["body"]))

    def knows_order(self, order_id: str) -> bool:
        """Whether there is an order of that id."""
        rows = self._db.execute("SELECT 1 FROM parents WHERE order_id = ?", (order_id,))
        return rows.fetchone() is not None

    def whole_since(self, order_id: str | None = None) -> str | None:
        """Since when every fact is there; nothing where all are, of one order or of all."""
        row = self._db.execute(_WHOLE_SINCE).fetchone()
        if row is None or (order_id is not None and not self._is_part(order_id)):
            return None
        return moment(row[0])

    def orders_since(self) -> str | None:
        """Since when every order that ended is there; nothing where all are."""
        row = self._db.execute(_ORDERS_SINCE).fetchone()
        return None if row is None else moment(row[0])

    def _is_part(self, order_id: str) -> bool:
        return self._db.execute(_IS_PART, {"order_id": order_id}).fetchone() is not None

    def verdict(self) -> str:
        """SQLite's own word on the file: `ok`, or what is wrong."""
        return self._db.execute("PRAGMA quick_check").fetchone()[0]


@contextmanager
def open_journal(path: Path) -> Iterator[JournalReader]:
    """Read a venue's journal; `Failure` where there is none, or it is another program's."""
    if not path.is_file():
        raise Failure(f"no journal at {path}: nothing has run on this venue", ExitCode.NOT_FOUND)
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                raise Failure(f"{path} is a database of another program")
            yield JournalReader(connection)
    except sqlite3.Error as error:
        raise Failure(f"{path} cannot be read: {error}") from error


def _order(row: sqlite3.Row) -> Plain:
    request: dict[str, Any] = json.loads(row["request"])
    return {
        "order_id": row["order_id"],
        "status": row["status"],
        "reason": row["reason"],
        "market": row["slug"],
        "outcome": row["outcome"],
        "token_id": request["token_id"],
        "side": request["side"],
        "strategy": request["params"]["strategy"],
        "size": units(row["target"]),
        "filled": units(row["filled"]),
        "limit": request["max_price"] or request["min_price"],
        "average_price": _average(row["paid"], row["filled"]),
        "paid": units(row["paid"]),
        "fees": units(row["fees"]),
        "adjustments": row["adjustments"],
        "created_at": moment(row["created_ms"]),
        "ended_at": moment(row["ended_ms"]),
    }


def _average(paid: int, filled: int) -> str | None:
    return decimal_text((Decimal(paid) / filled).quantize(Decimal("0.000001"))) if filled else None


def _fill(row: sqlite3.Row) -> Plain:
    return {
        "at": moment(row["at_ms"]),
        "order_id": row["order_id"],
        "strategy": json.loads(row["request"])["params"]["strategy"],
        "market": row["slug"],
        "outcome": row["outcome"],
        "side": row["side"],
        "price": format_price(row["price"]),
        "size": units(row["size"]),
        "fee": units(row["fee"]),
        "is_maker": bool(row["is_maker"]),
        "status": row["status"],
        "trade_id": row["trade_id"],
        "child_id": row["child_id"],
    }
