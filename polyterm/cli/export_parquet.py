"""Exports as Parquet: exact decimals, UTC timestamps, one schema whatever the journal holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from polyterm.cli.export_tables import Column, Table
from polyterm.cli.plain import Plain
from polyterm.models.money import parse_price, parse_units, price_decimal, unit_decimal

WHOLE_SINCE = "polyterm.whole_since"
"""Key in the file's own notes; absent where nothing ever left the journal."""
ROWS_A_GROUP = 10_000
"""Rows that are held in memory at once."""


def _price(text: str) -> Decimal:
    return price_decimal(parse_price(text))


def _amount(text: str) -> Decimal:
    return unit_decimal(parse_units(text))


def _as_it_is(value: Any) -> Any:
    return value


_KINDS: dict[Column, tuple[pa.DataType, Callable[[Any], Any]]] = {
    Column.TEXT: (pa.string(), _as_it_is),
    Column.PRICE: (pa.decimal128(9, 4), _price),
    # Room for every integer that the journal can hold.
    Column.AMOUNT: (pa.decimal128(20, 6), _amount),
    Column.TIME: (pa.timestamp("ms", tz="UTC"), datetime.fromisoformat),
    Column.COUNT: (pa.int64(), _as_it_is),
    Column.FLAG: (pa.bool_(), _as_it_is),
}
"""How each kind of column is kept, and how the rows' text becomes that without a float."""


def write_parquet(table: Table, rows: Iterable[Plain], path: str, since: str | None = None) -> None:
    """Write a file that says since when its rows are all there; `OSError` where that fails."""
    schema = pa.schema(
        [(name, _KINDS[kind][0]) for name, kind in table.columns.items()],
        metadata={WHOLE_SINCE: since} if since else None,
    )
    remaining = iter(rows)
    with pq.ParquetWriter(path, schema) as file:
        for group in _groups(remaining):
            columns = [_column(name, kind, group) for name, kind in table.columns.items()]
            file.write_table(pa.Table.from_arrays(columns, schema=schema))


def _groups(rows: Iterator[Plain]) -> Iterator[list[Plain]]:
    while group := list(islice(rows, ROWS_A_GROUP)):
        yield group


def _column(name: str, kind: Column, group: list[Plain]) -> pa.Array:
    stored, read = _KINDS[kind]
    values = [None if row[name] is None else read(row[name]) for row in group]
    return pa.array(values, type=stored)
