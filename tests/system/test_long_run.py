"""A daemon at work on thirty orders for an hour: what it holds on to stays flat. `make soak`."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count, cycle
from pathlib import Path
from typing import Any

import pytest

from polyterm.cli.control_client import EngineSocket
from polyterm.cli.failure import Failure
from polyterm.cli.places import find_place
from tests.cli.running import Exchange, started
from tests.system.vitals import Vitals, look, slope, table

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads /proc"),
]

SECONDS = float(os.environ.get("POLYTERM_SOAK_SECONDS", "3600"))
ORDERS = 30
LOOKS = 120
WARM_UP = 0.3
"""Part of the run before what is held is compared: books, caches and the log fill up first, and
no order has left memory yet that was taken in the first five minutes."""
MORE_HANDLES = MORE_TASKS = 4
WAL_BYTES = 8_000_000
ROW_BYTES = 8_000
"""Of the database, a child with its facts and trades."""
MEMORY_BYTES = 4_000_000
"""What resident memory may drift by after the warm-up, however much was traded in it."""
SLACK_BYTES = 8_000_000
"""What the database may grow by beside its rows: pages that are taken in advance."""

_SIZED = {
    "iceberg": {"tranche_size": "20"},
    "micro_price": {"max_adjustments": 1000},
    "twap": {"duration_s": "240", "slices": 8},
    "vwap": {"participation": "0.2"},
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home of its own, and no settings of ours."""
    for name in [name for name in os.environ if name.startswith("POLYTERM_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("POLYTERM_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("POLYTERM_CONFIG_DIR", str(tmp_path / "config"))


def _requests(exchange: Exchange) -> Iterator[dict[str, Any]]:
    """Buys by every strategy in turn, in market after market."""
    params = cycle([*_SIZED.items(), ("kelly", {})])
    for number in count():
        markets = exchange.near_the_middle()
        slug, bid, ask = markets[number % len(markets)]
        strategy, chosen = next(params)
        if strategy == "kelly":
            chosen = {"probability": f"{(bid + ask) / 2 + 0.1:.3f}", "max_stake": "150"}
        yield {
            "market": slug,
            "outcome": "yes",
            "side": "BUY",
            "size": "400",
            "max_price": f"{ask + 0.05:.2f}",
            "params": {"strategy": strategy, **chosen},
            "urgency": ("LOW", "MEDIUM", "HIGH")[number % 3],
            "deadline_s": "300",
            "confirmed": True,
        }


def _keep_at_work(engine: EngineSocket, requests: Iterator[dict[str, Any]]) -> None:
    """Hand in what is missing of the thirty."""
    for _ in range(ORDERS - len(engine.ask("GET", "/orders"))):
        # A market may have ended, or its spread be too wide just now: the next second sees to it.
        with suppress(Failure):
            engine.ask("POST", "/orders", next(requests))


def _watch(pid: int, engine: EngineSocket, exchange: Exchange, samples: list[Vitals]) -> None:
    requests, begun = _requests(exchange), time.monotonic()
    while (passed := time.monotonic() - begun) < SECONDS:
        _keep_at_work(engine, requests)
        if passed >= len(samples) * SECONDS / LOOKS:
            samples.append(look(pid, engine, passed))
        time.sleep(1)


@pytest.mark.timeout(SECONDS + 300)
def test_an_hour_of_thirty_orders_leaves_memory_and_handles_flat(
    home: None, capsys: pytest.CaptureFixture[str]
) -> None:
    with (
        started("exchange", "--cash", "100000000", "--pace", "4", "--seed", "11") as (_, ready),
        started("daemon", "--exchange-url", ready["url"]) as (process, _),
    ):
        samples: list[Vitals] = []
        try:
            _watch(process.pid, EngineSocket(find_place()), Exchange(ready["url"]), samples)
        finally:
            with capsys.disabled():
                print(f"\n{table(samples)}")  # noqa: T201
    _check([sample for sample in samples if sample.at_s >= WARM_UP * SECONDS])


def _check(warm: list[Vitals]) -> None:
    first, last = warm[0], warm[-1]
    made = last.children - first.children
    assert made > 0
    assert min(sample.working for sample in warm) >= ORDERS // 2
    assert _drift(warm, lambda v: v.handles) <= MORE_HANDLES
    assert _drift(warm, lambda v: v.tasks) <= MORE_TASKS
    assert max(sample.wal for sample in warm) <= WAL_BYTES
    assert last.database - first.database <= made * ROW_BYTES + SLACK_BYTES
    assert _drift(warm, lambda v: v.resident) <= MEMORY_BYTES


def _drift(samples: list[Vitals], of: Callable[[Vitals], int]) -> float:
    """How much it grew from the first sample to the last, by the line of least squares."""
    times = [sample.at_s for sample in samples]
    return slope(times, [of(sample) for sample in samples]) * (times[-1] - times[0])
