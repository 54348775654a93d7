"""Twenty virtual hours of random trouble, then a thousand: `make soak`.

The runs are not the same twice yet, as the order of sets is not seeded; set PYTHONHASHSEED to see
one again. Until they are they stay out of `make test`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.fakes.virtual_time import run_virtual
from tests.whole.stores import on_disk, verdict
from tests.whole.swarm import Covered, swarm

pytestmark = pytest.mark.soak

HOURS_A_RUN = 0.5
SEEDS_IN_TESTS = 40
RUNS_A_TEST = 4
SOAK_HOURS = float(os.environ.get("POLYTERM_SOAK_HOURS", "1000"))
"""Virtual hours of the long run; fewer for a trial."""
FIRST_SOAK_SEED = int(os.environ.get("POLYTERM_SOAK_SEED", "1000000"))


@pytest.mark.timeout(120)
@pytest.mark.parametrize("first", range(0, SEEDS_IN_TESTS, RUNS_A_TEST))
def test_nothing_is_lost_doubled_or_claimed(first: int) -> None:
    covered = Covered()
    for seed in range(first, first + RUNS_A_TEST):
        covered.add(run_virtual(swarm(seed, HOURS_A_RUN)))
    assert covered.counts["fills"]
    assert len(+covered.fired) > 5


@pytest.mark.parametrize("seed", [7, 11])
def test_the_real_database_stays_sound_over_kills(seed: int, tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    covered = run_virtual(swarm(seed, 0.2, open_store=on_disk(path), kills=True))
    assert covered.counts["lives"] > 1
    assert verdict(path) == "ok"


@pytest.mark.timeout(0)
def test_soak(capsys: pytest.CaptureFixture[str]) -> None:
    covered, runs = Covered(), round(SOAK_HOURS / HOURS_A_RUN)
    for seed in range(FIRST_SOAK_SEED, FIRST_SOAK_SEED + runs):
        covered.add(run_virtual(swarm(seed, HOURS_A_RUN)))
    with capsys.disabled():
        sys.stdout.write(
            f"\n{SOAK_HOURS:g} virtual hours, first seed {FIRST_SOAK_SEED}\n{covered}\n"
        )
