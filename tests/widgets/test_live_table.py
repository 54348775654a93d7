"""The diffed table: fitting columns, few changes, a cursor that stays."""

from __future__ import annotations

import pytest
from rich.text import Text
from textual.app import App, ComposeResult
from textual.coordinate import Coordinate

from polyterm.widgets.live_table import Column, LiveTable, Row, fitting

COLUMNS = (
    Column("name", "Name", 6),
    Column("price", "Price", 6, rank=1, right=True),
    Column("note", "Note", 8, grows=True),
)


def row(name: str, price: str, note: str = "") -> Row:
    return {"name": Text(name), "price": Text(price), "note": Text(note)}


class CountingTable(LiveTable):
    """Counts the cells that were set."""

    cells_set = 0

    def update_cell(self, *args: object, **options: object) -> None:
        self.cells_set += 1
        super().update_cell(*args, **options)  # type: ignore[arg-type]


class Bench(App[None]):
    """A table alone."""

    def compose(self) -> ComposeResult:
        yield CountingTable(COLUMNS)


@pytest.mark.parametrize(
    ("width", "shown"),
    [(20, ["name", "note"]), (25, ["name", "note"]), (26, ["name", "price", "note"])],
)
def test_columns_of_the_highest_rank_go_first(width: int, shown: list[str]) -> None:
    assert [column.key for column in fitting(COLUMNS, width)] == shown


def test_the_growing_column_takes_what_is_left() -> None:
    assert fitting(COLUMNS, 40)[-1].width == 8 + 14


async def test_only_cells_that_differ_are_set() -> None:
    async with Bench().run_test(size=(60, 20)) as pilot:
        table = pilot.app.query_one(CountingTable)
        table.show_rows({"a": row("a", "1"), "b": row("b", "2")})
        table.show_rows({"a": row("a", "1"), "b": row("b", "3")})
        assert table.cells_set == 1
        assert str(table.get_cell("b", "price")) == "3"


async def test_the_cursor_keeps_its_row_when_rows_come_and_go() -> None:
    async with Bench().run_test(size=(60, 20)) as pilot:
        table = pilot.app.query_one(CountingTable)
        table.show_rows({key: row(key, "1") for key in "abc"})
        table.move_cursor(row=1)
        table.show_rows({key: row(key, "1") for key in "xabc"})
        assert table.picked == "b"
        table.show_rows({key: row(key, "1") for key in "xac"})
        assert table.picked == "c"
        table.show_rows({})
        assert table.picked is None


async def test_a_long_cell_is_cut_with_an_ellipsis_not_read_as_markup() -> None:
    async with Bench().run_test(size=(40, 20)) as pilot:
        table = pilot.app.query_one(CountingTable)
        table.show_rows({"a": row("[bold]long name", "1")})
        assert str(table.get_cell_at(Coordinate(0, 0))) == "[bold…"
