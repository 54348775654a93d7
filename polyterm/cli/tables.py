"""Plain text for people: columns that line up, and nothing that needs a library."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from polyterm.models.text import clean

_WIDEST = 48
"""Characters of one cell of a table; the rest of a long question is cut."""
_LONGEST = 200
"""Characters of a fact, and of a cell that is one word."""
_SHOWN = ("order_id", "status", "side", "strategy", "size", "filled", "limit", "average_price")


def table(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows under their titles; what is not known shows as a dash."""
    lines = [list(titles), *([_cell(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def facts(values: Iterable[tuple[str, object]]) -> str:
    """One line a fact, the names lined up."""
    shown = [(name, _cell(value, _LONGEST)) for name, value in values]
    width = max(len(name) for name, _ in shown)
    return "\n".join(f"{name.ljust(width)}  {value}" for name, value in shown)


def order_table(orders: Sequence[dict[str, Any]]) -> str:
    """Orders as `plain_order` writes them."""
    if not orders:
        return "no orders"
    rows = [
        [order[name] for name in _SHOWN]
        + [f"{order['market']} {order['outcome']}", order["reason"]]
        for order in orders
    ]
    return table(["order", *_SHOWN[1:-1], "average", "market", "reason"], rows)


def _cell(value: object, width: int = _WIDEST) -> str:
    if value is None or value == "":
        return "-"
    text = str(value)
    # A name or a path that was cut could not be used in the next command.
    return clean(text, width if " " in text else _LONGEST)
