"""Twenty virtual hours of random trouble in the tests, a thousand in `make soak`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from polyterm.engine import retirement
from tests.fakes.virtual_time import run_virtual
from tests.whole.fault_kinds import KINDS
from tests.whole.stores import on_disk, verdict
from tests.whole.swarm import Covered, swarm
from tests.whole.trouble import Mishap

HOURS_A_RUN = 0.5
LATE_NEWS_SEEDS = (9, 114, 127, 135)
"""Runs in which news came of orders that had left; a change of the course may need others."""
SEEDS_IN_TESTS = 40
RUNS_A_TEST = 4
SOAK_HOURS = float(os.environ.get("POLYTERM_SOAK_HOURS", "1000"))
"""Virtual hours of the long run; fewer for a trial."""
FIRST_SOAK_SEED = int(os.environ.get("POLYTERM_SOAK_SEED", "1000000"))
_ALONE = "from tests.whole.test_swarm import tell_of_a_run; tell_of_a_run()"


@pytest.mark.timeout(120)
@pytest.mark.parametrize("first", range(0, SEEDS_IN_TESTS, RUNS_A_TEST))
def test_nothing_is_lost_doubled_or_claimed(first: int) -> None:
    covered = Covered()
    for seed in range(first, first + RUNS_A_TEST):
        covered.add(run_virtual(swarm(seed, HOURS_A_RUN)))
    assert covered.counts["fills"]
    assert len(+covered.fired) > 5


def test_orders_that_leave_memory_at_once_come_back_for_late_news(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retirement, "QUIET_MS", 0)
    monkeypatch.setattr(retirement, "EVERY_S", 1.0)
    covered = Covered()
    for seed in LATE_NEWS_SEEDS:
        covered.add(run_virtual(swarm(seed, HOURS_A_RUN)))
    assert covered.counts["left"] > 20 * len(LATE_NEWS_SEEDS)
    assert covered.counts["recalls"]


@pytest.mark.parametrize("seed", [12, 13, 14, 15])
def test_the_real_database_stays_sound_over_kills(seed: int, tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    covered = run_virtual(swarm(seed, 0.25, open_store=on_disk(path), kills=True))
    assert covered.counts["lives"] > 1
    assert verdict(path) == "ok"


def tell_of_a_run() -> None:
    """Print the trace of one short run."""
    trace: list[str] = []
    run_virtual(swarm(3, 0.1, trace=trace))
    sys.stdout.write("\n".join(trace))


def test_the_same_seed_is_the_same_run_whatever_the_hashes() -> None:
    traces = [
        subprocess.run(
            (sys.executable, "-c", _ALONE),
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for hash_seed in ("1", "2")
    ]
    assert len(traces[0].splitlines()) > 100
    assert traces[0] == traces[1]


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_soak(capsys: pytest.CaptureFixture[str]) -> None:
    covered, runs = Covered(), round(SOAK_HOURS / HOURS_A_RUN)
    for seed in range(FIRST_SOAK_SEED, FIRST_SOAK_SEED + runs):
        covered.add(run_virtual(swarm(seed, HOURS_A_RUN)))
    with capsys.disabled():
        sys.stdout.write(
            f"\n{SOAK_HOURS:g} virtual hours, first seed {FIRST_SOAK_SEED}\n{covered}\n"
        )
    if SOAK_HOURS >= 100:
        assert not {*KINDS, *Mishap} - {"delay_beyond_life"} - covered.fired.keys()
