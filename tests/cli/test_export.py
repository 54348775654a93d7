"""What is exported, in each form."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import pytest_asyncio

from polyterm.cli.export_parquet import ROWS_A_GROUP, WHOLE_SINCE, write_parquet
from polyterm.cli.export_tables import TABLES
from polyterm.cli.journal_reader import open_journal
from polyterm.cli.places import VenuePlace, find_place
from polyterm.engine.clock import SystemClock
from polyterm.storage import open_store
from tests.cli.conftest import Polyterm
from tests.cli.journals import AT_MS, end_and_prune, write_history
from tests.storage.journals import ORDER

_WITHOUT_PYARROW = "import sys; sys.modules['pyarrow'] = None; from polyterm.cli.main import main; "
PRICE, AMOUNT = pa.decimal128(9, 4), pa.decimal128(20, 6)
TIME = pa.timestamp("ms", tz="UTC")


@pytest_asyncio.fixture
async def journal() -> VenuePlace:
    place = find_place().make()
    await write_history(place)
    return place


@pytest_asyncio.fixture
async def empty() -> VenuePlace:
    place = find_place().make()
    async with open_store(place.database, SystemClock()):
        pass
    return place


def test_orders_come_with_what_their_fills_add_up_to(polyterm: Polyterm, journal: VenuePlace):
    (order,) = map(json.loads, polyterm("export orders --format jsonl").stdout.splitlines())
    assert (order["filled"], order["paid"], order["fees"]) == ("40", "20", "0.1")
    assert (order["average_price"], order["strategy"]) == ("0.5", "micro_price")


def test_a_csv_holds_no_formula_that_somebody_else_wrote(
    polyterm: Polyterm, journal: VenuePlace, tmp_path: Path
):
    target = tmp_path / "orders.csv"
    assert polyterm(f"export orders --out {target}").returncode == 0
    (row,) = csv.DictReader(io.StringIO(target.read_text()))
    assert row["market"] == "'=rain"
    assert row["size"] == "100"


def test_decisions_are_all_facts_in_order(polyterm: Polyterm, journal: VenuePlace):
    rows = list(csv.DictReader(io.StringIO(polyterm("export decisions").stdout)))
    assert [row["seq"] for row in rows] == ["1", "2", "3", "4"]
    assert rows[2]["new_price"] == "0.51"
    assert rows[2]["words"] == "moved 0.50 -> 0.51: undercut"


@pytest.mark.parametrize("what", TABLES)
def test_the_columns_are_the_rows_fields_in_their_order(journal: VenuePlace, what: str):
    with open_journal(journal.database) as reader:
        for row in TABLES[what].rows(reader):
            assert list(row) == list(TABLES[what].columns)


@pytest.mark.parametrize("what", TABLES)
def test_parquet_holds_what_json_says_without_a_float(
    polyterm: Polyterm, journal: VenuePlace, tmp_path: Path, what: str
):
    target = tmp_path / "out.parquet"
    done = polyterm(f"export {what} --format parquet --out {target}")
    assert done.returncode == 0, done.stderr
    kept = pq.read_table(target)
    assert not [field for field in kept.schema if pa.types.is_floating(field.type)]
    said = [*map(json.loads, polyterm(f"export {what} --format jsonl").stdout.splitlines())]
    assert [{name: _said(value) for name, value in row.items()} for row in kept.to_pylist()] == said


def _said(value: object) -> object:
    match value:
        case Decimal():
            plain = f"{value:f}".rstrip("0").rstrip(".")
            # JSON writes prices with two decimals at least.
            return f"{Decimal(plain):.2f}" if value.as_tuple().exponent == -4 else plain
        case datetime():
            return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case _:
            return value


def test_parquet_knows_money_times_and_ids_by_their_types(
    polyterm: Polyterm, journal: VenuePlace, tmp_path: Path
):
    target = tmp_path / "fills.parquet"
    polyterm(f"export fills --format parquet --out {target}")
    kept = pq.read_table(target)
    types = {field.name: field.type for field in kept.schema}
    assert (types["price"], types["size"], types["fee"]) == (PRICE, AMOUNT, AMOUNT)
    assert (types["at"], types["order_id"], types["is_maker"]) == (TIME, pa.string(), pa.bool_())
    first = kept.to_pylist()[0]
    assert first["at"] == datetime.fromtimestamp(AT_MS // 1000, UTC).replace(microsecond=123_000)
    assert (first["price"], first["fee"]) == (Decimal("0.5000"), Decimal("0.100000"))
    assert first["order_id"] == ORDER


@pytest.mark.parametrize("what", TABLES)
def test_an_empty_journal_has_the_same_columns(
    polyterm: Polyterm, empty: VenuePlace, tmp_path: Path, what: str
):
    target = tmp_path / "none.parquet"
    assert polyterm(f"export {what} --format parquet --out {target}").returncode == 0
    kept = pq.read_table(target)
    write_parquet(TABLES[what], [dict.fromkeys(TABLES[what].columns)], str(tmp_path / "one"))
    assert (kept.num_rows, kept.schema) == (0, pq.read_schema(tmp_path / "one"))
    header = polyterm(f"export {what}").stdout
    assert header == ",".join(TABLES[what].columns) + "\n"


def test_a_long_history_is_written_in_pieces(tmp_path: Path):
    target, row = str(tmp_path / "long"), dict.fromkeys(TABLES["decisions"].columns)
    write_parquet(TABLES["decisions"], ({**row, "seq": n} for n in range(ROWS_A_GROUP + 1)), target)
    assert pq.ParquetFile(target).num_row_groups == 2
    assert pq.read_table(target)["seq"].to_pylist() == list(range(ROWS_A_GROUP + 1))


@pytest.mark.parametrize(
    "line", ["export fills --format parquet", "export fills --format parquet --out -"]
)
def test_parquet_without_a_file_is_refused_in_words(
    polyterm: Polyterm, journal: VenuePlace, line: str
):
    done = polyterm(line)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--out FILE" in done.stderr


def test_without_pyarrow_the_command_that_installs_it_is_named(journal: VenuePlace, tmp_path: Path):
    target = tmp_path / "fills.parquet"
    line = ["export", "fills", "--format", "parquet", "--out", str(target)]
    done = subprocess.run(
        [sys.executable, "-c", f"{_WITHOUT_PYARROW} sys.argv[1:] = {line}; main()"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "-m pip install 'polyterm-console[parquet]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert not target.exists()


async def test_decisions_say_since_when_they_are_all_there(
    polyterm: Polyterm, journal: VenuePlace, tmp_path: Path
):
    async def run(what: str) -> str:
        target = tmp_path / "out.parquet"
        line = f"export {what} --format parquet --out {target}"
        return (await asyncio.to_thread(polyterm, line)).stderr

    assert await run("decisions") == ""
    await end_and_prune(journal)
    since = "2023-11-15T22:13:20.123Z"
    assert f"before {since} not every fact is kept" in await run("decisions")
    kept = pq.read_table(tmp_path / "out.parquet")
    assert kept["seq"].to_pylist() == [1, 4]
    assert kept.schema.metadata == {WHOLE_SINCE.encode(): since.encode()}
    assert await run("fills") == ""


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_a_file_that_cannot_be_written_is_named(
    polyterm: Polyterm, journal: VenuePlace, tmp_path: Path, form: str
):
    target = tmp_path / "nowhere" / "out"
    done = polyterm(f"export fills --format {form} --out {target}")
    assert done.returncode == 1
    assert f"{target} cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_where_nothing_has_run_no_file_is_made(polyterm: Polyterm, tmp_path: Path):
    target = tmp_path / "fills.csv"
    assert polyterm(f"export fills --out {target}").returncode == 4
    assert not target.exists()
