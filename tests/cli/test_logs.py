from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from polyterm.cli.logs import log_to


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    log_to(tmp_path / "log")
    yield tmp_path / "log"
    for handler in root.handlers:
        handler.close()
    root.handlers, root.level = handlers, level


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
