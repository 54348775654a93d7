"""Commands that read the journal without an engine."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
import pytest_asyncio

from polyterm.cli.places import VenuePlace, find_place
from polyterm.engine.clock import SystemClock
from polyterm.engine.records import Batch
from polyterm.models.events import Feed, FeedChanged
from polyterm.models.order_request import OrderRequest
from polyterm.storage import open_store
from polyterm.storage.prune_keeper import prune
from polyterm.storage.pruning import DAY_MS, Keep, Pruning
from tests.cli.conftest import Polyterm
from tests.cli.journals import AT_MS, end_and_prune, write_history
from tests.engine.desk import micro
from tests.storage.journals import ORDER, a_parent


@pytest_asyncio.fixture
async def journal() -> VenuePlace:
    """A venue where one order was filled in two parts, one of them undone."""
    place = find_place().make()
    await write_history(place)
    return place


def test_fills_are_listed_with_their_market(polyterm: Polyterm, journal: VenuePlace):
    fills = json.loads(polyterm(f"fills --order {ORDER} --json").stdout)
    assert [(fill["size"], fill["status"]) for fill in fills] == [
        ("40", "MATCHED"),
        ("60", "FAILED"),
    ]
    assert fills[0]["fee"] == "0.1"
    assert fills[0]["at"] == "2023-11-14T22:13:20.123Z"
    assert len(json.loads(polyterm("fills --last 1 --json").stdout)) == 1
    assert "=rain" in polyterm("fills").stdout


def test_the_story_of_an_order_in_words(polyterm: Polyterm, journal: VenuePlace):
    told = polyterm(f"logs --order {ORDER}").stdout.splitlines()
    assert told == [
        "2023-11-14",
        "22:13:20.123  accepted: buy 100",
        "22:13:20.123  child 0x1 (buy 100 at 0.50) accepted by the exchange: inside the band",
        "22:13:20.123  moved 0.50 -> 0.51: undercut",
        "22:13:20.123  child 0x1 traded: buy 40 at 0.50, taking, fee 0.1",
    ]


def test_the_story_does_not_end_where_the_log_was_put_aside(
    polyterm: Polyterm, journal: VenuePlace
):
    told = polyterm(f"logs --order {ORDER}").stdout
    for name in ("polyterm.log", "polyterm.log.1", "polyterm.log.2"):
        (journal.directory / name).write_text(json.dumps({"text": name}) + "\n")
    assert polyterm(f"logs --order {ORDER}").stdout == told
    newest = [json.loads(polyterm("logs --json").stdout)[n]["text"] for n in range(3)]
    assert newest == ["polyterm.log.2", "polyterm.log.1", "polyterm.log"]


async def test_a_story_that_lost_its_decisions_says_so_and_keeps_the_rest(
    polyterm: Polyterm, journal: VenuePlace
):
    async with open_store(journal.database, SystemClock()) as store:
        feed = FeedChanged(at_ms=AT_MS, seq=5, feed=Feed.USER, is_up=True, reason="")
        await store.commit([Batch(events=(feed,))])
        await prune(store.prune, Pruning(Keep(1), AT_MS + 2 * DAY_MS))
        assert await store.kept_after() == 5
    whole = await asyncio.to_thread(polyterm, f"logs --order {ORDER}")
    assert (whole.stderr, len(whole.stdout.splitlines())) == ("", 5)
    await end_and_prune(journal)
    done = await asyncio.to_thread(polyterm, f"logs --order {ORDER}")
    assert done.stdout.splitlines() == [
        "2023-11-14",
        "22:13:20.123  accepted: buy 100",
        "22:13:20.123  child 0x1 traded: buy 40 at 0.50, taking, fee 0.1",
    ]
    assert "before 2023-11-15T22:13:20.123Z not every fact is kept" in done.stderr


def test_reading_changes_nothing(polyterm: Polyterm, journal: VenuePlace):
    before = journal.database.read_bytes()
    polyterm("export decisions")
    polyterm("doctor")
    assert journal.database.read_bytes() == before


def test_a_backup_is_a_journal_of_its_own(polyterm: Polyterm, journal: VenuePlace):
    made = Path(json.loads(polyterm("backup --json").stdout)["backup"])
    assert made.parent == journal.directory / "backups"
    assert made.stat().st_mode & 0o777 == 0o600
    assert str(made) in polyterm("backup --list").stdout


async def test_a_backup_reads_orders_of_every_strategy(polyterm: Polyterm, journal: VenuePlace):
    request = OrderRequest.model_validate({**micro().model_dump(), "params": {"strategy": "twap"}})
    async with open_store(journal.database, SystemClock()) as store:
        await store.commit([Batch(parents=(a_parent(order_id="0002", request=request),))])
    done = await asyncio.to_thread(polyterm, "backup")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("line", ["fills", "logs --order x", "export fills", "logs", "backup"])
def test_where_nothing_has_run_there_is_nothing_to_read(polyterm: Polyterm, line: str):
    done = polyterm(line)
    assert done.returncode == 4
    assert "Traceback" not in done.stderr
    assert not find_place().database.exists()


def test_an_unknown_order_is_not_found(polyterm: Polyterm, journal: VenuePlace):
    assert polyterm("logs --order nope").returncode == 4
    assert polyterm("fills --order nope").returncode == 4


def test_another_programs_database_is_left_alone(polyterm: Polyterm, journal: VenuePlace):
    journal.database.write_bytes(b"not a database at all")
    done = polyterm("fills")
    assert done.returncode == 1
    assert "cannot be read" in done.stderr


def test_the_doctor_finds_what_is_ill(polyterm: Polyterm, journal: VenuePlace):
    assert polyterm("doctor").returncode == 0
    journal.database.chmod(0o644)
    ill = polyterm("doctor --json")
    assert ill.returncode == 1
    verdicts = {found["name"]: found["verdict"] for found in json.loads(ill.stdout)}
    assert verdicts["files"] == "ILL"
    assert verdicts["journal"] == "ok"
    assert verdicts["engine"] == "note"


def test_the_doctor_says_which_setting_is_bad(polyterm: Polyterm, home: Path):
    (home / "config").mkdir()
    (home / "config" / "config.toml").write_text("[engine]\nworkrs = 1\n")
    done = polyterm("doctor")
    assert done.returncode == 1
    assert "engine.workrs: no such setting" in done.stdout
