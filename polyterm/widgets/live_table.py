"""A table at people's speed: rows kept by key, and only cells that differ are set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.text import Text
from textual.widgets import DataTable

_CELL_PADDING = 1


@dataclass(frozen=True, slots=True)
class Column:
    """One column of fixed width."""

    key: str
    title: str
    width: int
    rank: int = 0
    """Columns of the highest rank go first where the table is narrow; rank 0 never goes."""
    right: bool = False
    """Whether it is aligned to the right."""
    grows: bool = False
    """Whether it takes what width is left."""


Row = Mapping[str, Text]


class LiveTable(DataTable[Text]):
    """Shows as many columns as fit, keeps the cursor on its row, sets only what changed."""

    DEFAULT_CSS = "LiveTable { height: 1fr; scrollbar-size-vertical: 1; }"

    def __init__(self, columns: Sequence[Column], *, id: str | None = None) -> None:
        super().__init__(id=id, cursor_type="row", zebra_stripes=False, cell_padding=_CELL_PADDING)
        self._all_columns = tuple(columns)
        self._shown: tuple[Column, ...] = ()
        self._drawn: dict[str, Row] = {}

    @property
    def picked(self) -> str | None:
        """Key of the row under the cursor."""
        if not self.is_valid_row_index(self.cursor_row):
            return None
        return self.ordered_rows[self.cursor_row].key.value

    def show_rows(self, rows: Mapping[str, Row]) -> None:
        """Show these rows in this order."""
        with self.app.batch_update():
            if list(rows) == list(self._drawn):
                self._set_changed(rows)
            else:
                self._rebuild(rows)
        self._drawn = dict(rows)

    def on_resize(self) -> None:
        columns = fitting(self._all_columns, self.size.width - self.scrollbar_size_vertical)
        if columns == self._shown:
            return
        self._shown = columns
        self.clear(columns=True)
        for column in columns:
            title = Text(column.title, justify="right" if column.right else "left")
            self.add_column(title, width=column.width, key=column.key)
        self._rebuild(self._drawn)

    def _set_changed(self, rows: Mapping[str, Row]) -> None:
        for key, row in rows.items():
            before = self._drawn[key]
            if row is before:
                continue
            for column in self._shown:
                if row[column.key] != before[column.key]:
                    self.update_cell(key, column.key, self._cell(row, column))

    def _rebuild(self, rows: Mapping[str, Row]) -> None:
        picked, line = self.picked, self.cursor_row
        self.clear()
        if not self._shown:
            return
        for key, row in rows.items():
            self.add_row(*(self._cell(row, column) for column in self._shown), key=key)
        keys = list(rows)
        self.move_cursor(
            row=keys.index(picked) if picked is not None and picked in rows else line, animate=False
        )

    def _cell(self, row: Row, column: Column) -> Text:
        cell = row[column.key].copy()
        cell.truncate(column.width, overflow="ellipsis")
        cell.no_wrap = True
        if column.right:
            cell.justify = "right"
        return cell


def fitting(columns: Sequence[Column], width: int) -> tuple[Column, ...]:
    """The columns that fit: those of the highest rank are left out first, one rank at a time."""
    shown = list(columns)
    for rank in sorted({column.rank for column in columns}, reverse=True):
        if _width(shown) <= width or rank == 0:
            break
        shown = [column for column in shown if column.rank < rank]
    growers = sum(column.grows for column in shown)
    spare = max(width - _width(shown), 0) // growers if growers else 0
    return tuple(
        Column(c.key, c.title, c.width + spare, c.rank, c.right, c.grows) if c.grows else c
        for c in shown
    )


def _width(columns: Sequence[Column]) -> int:
    return sum(column.width + 2 * _CELL_PADDING for column in columns)
