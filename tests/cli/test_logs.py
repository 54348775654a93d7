from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from polyterm.cli.log_lines import in_one_line, read_log
from polyterm.cli.logs import log_to, set_levels
from polyterm.config import LogLevel, LogSettings


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    log_to(tmp_path / "log", LogSettings(max_bytes=10_000, kept=2))
    yield tmp_path / "log"
    set_levels(LogSettings())
    for handler in root.handlers:
        handler.close()
    root.handlers, root.level = handlers, level
    logging.getLogger("polyterm").setLevel(logging.NOTSET)


def test_each_line_is_an_object_with_the_allowed_fields_only(log: Path):
    logging.getLogger("polyterm.x").warning("%s went", "it", extra={"secret": "canary"})
    (line,) = map(json.loads, log.read_text().splitlines())
    assert set(line) == {"at", "level", "from", "text"}
    assert (line["level"], line["from"], line["text"]) == ("warning", "polyterm.x", "it went")


def test_a_traceback_shows_no_locals(log: Path):
    def fail(secret: str) -> None:
        raise ValueError(f"{len(secret)} characters")

    try:
        fail("-".join(("canary", "of", "a", "secret")))
    except ValueError:
        logging.getLogger("polyterm.x").exception("failed")
    assert "ValueError: 18 characters" in log.read_text()
    assert "canary-of-a-secret" not in log.read_text()


def test_requests_of_libraries_stay_out(log: Path):
    logging.getLogger("httpx").info("GET https://example.org?token=canary")
    assert log.read_text() == ""


def test_libraries_warn_at_most_however_much_we_say(log: Path):
    set_levels(LogSettings(level=LogLevel.DEBUG))
    for library in ("aiosqlite", "rlp.codec", "websockets.client", "one.that.is.not.known"):
        logging.getLogger(library).info("unheard")
        logging.getLogger(library).warning("heard")
    logging.getLogger("polyterm.x").debug("heard")
    assert [line["text"] for line in read_log(log)] == ["heard"] * 5


def test_a_library_that_is_named_tells_but_never_its_frames_and_headers(log: Path):
    set_levels(LogSettings(levels={"websockets": LogLevel.DEBUG}))
    logging.getLogger("websockets.client").debug("> TEXT canary")
    logging.getLogger("websockets.client").info("connection open")
    set_levels(LogSettings())
    logging.getLogger("websockets.client").info("connection closed")
    assert [line["text"] for line in read_log(log)] == ["connection open"]


async def test_whatever_an_orders_task_logs_carries_its_id(log: Path):
    async def work() -> None:
        logging.getLogger("polyterm.x").info("placed")

    await asyncio.create_task(work(), name="order 01abc")
    logging.getLogger("polyterm.x").info("found", extra={"order_id": "02def"})
    logging.getLogger("polyterm.x").info("nobody's")
    lines = list(read_log(log))
    assert [line.get("order") for line in lines] == ["01abc", "02def", None]
    assert in_one_line(lines[0]).endswith("polyterm.x [01abc]: placed")


def test_the_log_is_bounded_and_read_back_in_order(log: Path):
    for number in range(1_000):
        logging.getLogger("polyterm.x").info("line %d", number)
    assert {path.name for path in log.parent.iterdir()} == {"log", "log.1", "log.2"}
    assert all(path.stat().st_size <= 10_000 for path in log.parent.iterdir())
    numbers = [int(line["text"].removeprefix("line ")) for line in read_log(log)]
    assert numbers == list(range(numbers[0], 1_000))


def test_fewer_files_are_kept_as_soon_as_the_settings_say_so(log: Path):
    for number in range(1_000):
        logging.getLogger("polyterm.x").info("line %d", number)
    (log.parent / "log.bak").write_text("somebody else's")
    log_to(log, LogSettings(max_bytes=10_000, kept=1))
    assert {path.name for path in log.parent.iterdir()} == {"log", "log.1", "log.bak"}
    assert all(line["text"].startswith("line ") for line in read_log(log))


def test_a_file_that_goes_while_it_is_read_is_passed_over(log: Path):
    for number in range(1_000):
        logging.getLogger("polyterm.x").info("line %d", number)
    lines = read_log(log)
    first = int(next(lines)["text"].removeprefix("line "))
    (log.parent / "log.1").unlink()
    numbers = [int(line["text"].removeprefix("line ")) for line in lines]
    assert numbers == sorted(numbers)
    assert first < numbers[0]
    assert numbers[-1] == 999


def test_levels_are_set_by_module_and_taken_back(log: Path):
    logger = logging.getLogger("polyterm.x")
    logger.debug("unheard")
    set_levels(LogSettings(level=LogLevel.ERROR, levels={"polyterm.x": LogLevel.DEBUG}))
    logger.debug("heard")
    logging.getLogger("polyterm.y").warning("unheard")
    set_levels(LogSettings())
    logger.debug("unheard again")
    assert [line["text"] for line in read_log(log)] == ["heard"]


def test_a_line_cut_by_a_crash_is_left_out(log: Path):
    logging.getLogger("polyterm.x").info("whole")
    with log.open("a") as file:
        file.write('{"at": "2026')
    assert [line["text"] for line in read_log(log)] == ["whole"]
