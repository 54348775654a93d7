"""What the documents promise: the trading day and the library's examples, on a local exchange."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from polyterm.models.enums import OrderStatus
from polyterm.strategies.registry import STRATEGIES
from tests.cli.running import Exchange, started

ROOT = Path(__file__).parents[2]
KEY = "0b" * 32


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    with started("exchange", "--pace", "20", "--seed", "7") as (_, ready):
        yield Exchange(ready["url"])


@pytest.fixture(scope="module")
def library() -> dict[str, Any]:
    """Everything that the examples of docs/library.md define."""
    text = ROOT.joinpath("docs/library.md").read_text()
    names: dict[str, Any] = {"__name__": "library"}
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(compile(block, "docs/library.md", "exec"), names)  # noqa: S102
    return names


@pytest.mark.parametrize("example", ["micro_price", "kelly"])
async def test_an_example_of_the_library_fills_its_order(
    exchange: Exchange, library: dict[str, Any], tmp_path: Path, example: str
):
    order = await library[example](exchange.url, KEY, tmp_path / "journal.db")
    assert order.strategy == example
    assert order.status is OrderStatus.COMPLETED
    assert order.filled == order.size > 0


def test_a_trading_day_from_the_shell(home: Path, tmp_path: Path):
    command = tmp_path / "bin" / "polyterm"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m polyterm "$@"\n')
    command.chmod(0o700)
    done = subprocess.run(
        [ROOT / "examples" / "trading_day.sh", tmp_path / "out"],
        env={**os.environ, "PATH": f"{command.parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=58,
    )
    assert done.returncode == 0, done.stderr
    assert "a retried order is the same order" in done.stdout
    with (tmp_path / "out" / "orders.csv").open() as file:
        orders = list(csv.DictReader(file))
    assert len(orders) == 11
    assert {order["strategy"] for order in orders} == set(STRATEGIES)
    ended = Counter(order["status"] for order in orders)
    assert set(ended) <= {"COMPLETED", "CANCELLED"}
    assert ended["CANCELLED"] >= 2
    assert "changed: size 10 → 12, limit 0.05 → 0.06" in done.stdout
