"""What can be exported: the columns of each table, and its rows out of the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from polyterm.cli.journal_reader import JournalReader
from polyterm.cli.plain import Plain, moment
from polyterm.cli.story import in_words


class Column(StrEnum):
    """What a column holds; rows hold it as plain JSON, null where there is none."""

    TEXT = "text"
    PRICE = "price"
    """Dollars per share, four decimals at most."""
    AMOUNT = "amount"
    """Shares or dollars, six decimals at most."""
    TIME = "time"
    COUNT = "count"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Table:
    """One thing that can be exported."""

    columns: Mapping[str, Column]
    """By name, in the order of the rows' fields."""
    rows: Callable[[JournalReader], Iterable[Plain]]
    """Oldest first."""
    since: Callable[[JournalReader], str | None]
    """Since when all rows are there; nothing where none has left the journal."""
    what: str
    """A row, in words."""


_PLACE = {"market": Column.TEXT, "outcome": Column.TEXT}
_IDS = {"child_id": Column.TEXT, "trade_id": Column.TEXT}

_ORDERS = {
    "order_id": Column.TEXT,
    "status": Column.TEXT,
    "reason": Column.TEXT,
    **_PLACE,
    "token_id": Column.TEXT,
    "side": Column.TEXT,
    "strategy": Column.TEXT,
    "size": Column.AMOUNT,
    "filled": Column.AMOUNT,
    "limit": Column.PRICE,
    # A quotient: it has six decimals.
    "average_price": Column.AMOUNT,
    "paid": Column.AMOUNT,
    "fees": Column.AMOUNT,
    "adjustments": Column.COUNT,
    "created_at": Column.TIME,
    "ended_at": Column.TIME,
}

_FILLS = {
    "at": Column.TIME,
    "order_id": Column.TEXT,
    "strategy": Column.TEXT,
    **_PLACE,
    "side": Column.TEXT,
    "price": Column.PRICE,
    "size": Column.AMOUNT,
    "fee": Column.AMOUNT,
    "is_maker": Column.FLAG,
    "status": Column.TEXT,
    "trade_id": Column.TEXT,
    "child_id": Column.TEXT,
}

_TOLD = {
    "status": Column.TEXT,
    "side": Column.TEXT,
    "price": Column.PRICE,
    "size": Column.AMOUNT,
    "old_price": Column.PRICE,
    "new_price": Column.PRICE,
    "fee": Column.AMOUNT,
    **_IDS,
}
"""What a decision says of itself, where its kind does."""

_DECISIONS = {
    "seq": Column.COUNT,
    "at": Column.TIME,
    "order_id": Column.TEXT,
    "kind": Column.TEXT,
    **_TOLD,
    "words": Column.TEXT,
}


def _decisions(journal: JournalReader) -> Iterable[Plain]:
    for event in journal.events():
        yield {
            "seq": event["seq"],
            "at": moment(event["at_ms"]),
            "order_id": event["order_id"],
            "kind": event["kind"],
            **{name: event.get(name) for name in _TOLD},
            "words": in_words(event),
        }


TABLES = {
    "orders": Table(_ORDERS, JournalReader.orders, JournalReader.orders_since, "order"),
    "fills": Table(_FILLS, JournalReader.fills, JournalReader.orders_since, "order"),
    "decisions": Table(_DECISIONS, _decisions, JournalReader.whole_since, "fact"),
}
