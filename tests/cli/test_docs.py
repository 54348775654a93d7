"""The documents name commands, exit codes and metrics that there are, and all of them."""

from __future__ import annotations

import re
from random import Random

import pytest

from polyterm.cli.exit_codes import ExitCode
from polyterm.cli.main import SECTIONS
from polyterm.engine.engine import Engine
from polyterm.engine.gauges import budget_gauge
from polyterm.engine.metrics import Kind
from polyterm.engine.settings import EngineSettings
from polyterm.models.enums import VenueName
from tests.cli.dashboard import DOCS, NAME, SUFFIXES, expressions
from tests.fakes.exchange import FakeExchange
from tests.fakes.store import MemoryStore
from tests.fakes.virtual_time import VirtualClock, run_virtual


@pytest.fixture(scope="module")
def families() -> dict[str, Kind]:
    """Every family of metrics of an engine."""

    async def made() -> Engine:
        clock = VirtualClock()
        return Engine(
            exchange=FakeExchange(clock),
            store=MemoryStore(),
            venue=VenueName.DEMO,
            settings=EngineSettings(),
            clock=clock,
            random=Random(1),
        )

    found: dict[str, Kind] = {}

    async def collect() -> None:
        engine = await made()
        found.update({family.name: family.kind for family in engine.metrics()})

    run_virtual(collect())
    budget = budget_gauge([])
    return {**found, budget.name: budget.kind}


def test_every_family_is_documented_and_every_documented_one_is_there(families: dict[str, Kind]):
    assert set(NAME.findall((DOCS / "metrics.md").read_text())) == set(families)


def test_the_strategies_page_names_code_and_tests_that_there_are():
    named = set(re.findall(r"`([a-z_/]+\.py)`", (DOCS / "strategies.md").read_text()))
    homes = ("", "tests/strategies/", "polyterm/strategies/")
    missing = [
        name for name in named if not any((DOCS.parent / home / name).exists() for home in homes)
    ]
    assert len(named) > 40
    assert missing == []


def test_the_dashboard_asks_for_series_that_there_are(families: dict[str, Kind]):
    series = {name + suffix for name, kind in families.items() for suffix in SUFFIXES[kind]}
    asked = {name for expression in expressions() for name in NAME.findall(expression)}
    assert len(asked) > 20
    assert asked <= series


def test_every_command_and_exit_code_is_in_the_shells_page():
    text = (DOCS / "shell.md").read_text()
    shown = SECTIONS["Against the running engine"] | SECTIONS["With or without an engine"]
    assert [name for name in shown if f"`{name}`" not in text] == []
    codes = {int(code) for code in re.findall(r"^\| ([0-9]) \|", text, re.MULTILINE)}
    assert codes == {int(code) for code in ExitCode}
