"""Between records and rows: each table's columns are the record's fields, by name."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

# A request can be read only where the parameters of its strategy are known.
import polyterm.strategies.registry  # noqa: F401
from polyterm.engine.records import ChildRecord, FillRecord, ParentRecord, TokenTotals
from polyterm.models.enums import ChildStatus, OrderStatus, OrderType, Side, TradeStatus
from polyterm.models.order_request import OrderRequest

Record = TypeVar("Record", ParentRecord, ChildRecord, FillRecord, TokenTotals)

_READ: dict[str, Callable[[Any], Any]] = {
    "request": OrderRequest.model_validate_json,
    "side": Side,
    "order_type": OrderType,
    "post_only": bool,
    "is_maker": bool,
}


@dataclass(frozen=True)
class Table(Generic[Record]):
    """How one record is kept."""

    name: str
    record: type[Record]
    key: tuple[str, ...]
    status: type[ChildStatus] | type[OrderStatus] | type[TradeStatus] | None = None
    fixed: tuple[str, ...] = ()
    """Columns that stay as they were first written."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Column names, in the order of the record's fields."""
        return tuple(field.name for field in fields(self.record))

    @property
    def insert(self) -> str:
        """Statement that adds a row."""
        marks = ", ".join("?" * len(self.columns))
        return f"INSERT INTO {self.name} ({', '.join(self.columns)}) VALUES ({marks})"  # noqa: S608

    @property
    def upsert(self) -> str:
        """Statement that adds a row, or brings the row of that key up to date."""
        fixed = {*self.key, *self.fixed}
        changing = ", ".join(f"{c} = excluded.{c}" for c in self.columns if c not in fixed)
        return f"{self.insert} ON CONFLICT ({', '.join(self.key)}) DO UPDATE SET {changing}"

    def row(self, record: Record) -> tuple[object, ...]:
        """The record as SQLite keeps it."""
        return tuple(_plain(getattr(record, column)) for column in self.columns)

    def read(self, row: sqlite3.Row) -> Record:
        """The record that a row holds; what an older schema does not keep has its default."""
        readers: dict[str, Callable[[Any], Any]] = {**_READ}
        if self.status is not None:
            readers["status"] = self.status
        kept = row.keys()
        values: dict[str, Any] = {
            column: readers[column](row[column]) if column in readers else row[column]
            for column in self.columns
            if column in kept
        }
        return self.record(**values)


def _plain(value: object) -> object:
    if isinstance(value, OrderRequest):
        return value.model_dump_json()
    return str(value) if isinstance(value, str) else value


PARENTS = Table("parents", ParentRecord, ("order_id",), OrderStatus)
CHILDREN = Table("children", ChildRecord, ("child_id",), ChildStatus, fixed=("body",))
FILLS = Table("fills", FillRecord, ("trade_id", "child_id"), TradeStatus)
TOTALS = Table("totals", TokenTotals, ("token_id",))
