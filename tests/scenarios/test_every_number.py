"""Every scenario of `reliability.md` 4 that concerns the engine has a test named by its number."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
THE_ENGINES = {*range(1, 31), *range(36, 46)}
_NAMED = re.compile(r"^(?:async )?def test_(\d\d)_", re.MULTILINE)


def test_each_scenario_has_a_test_of_its_number() -> None:
    named = {
        int(number)
        for path in TESTS.rglob("test_*.py")
        for number in _NAMED.findall(path.read_text())
    }
    assert named >= THE_ENGINES, THE_ENGINES - named
