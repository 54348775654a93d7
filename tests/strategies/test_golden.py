from __future__ import annotations

import pytest

from tests.recordings import RECORDED
from tests.strategies.golden_runs import KEPT, ORDERS, recorded, synthetic, trace

NAMES = sorted(path.stem for path in KEPT.glob("*.txt") if path.stem != "synthetic")


def test_the_decisions_on_the_synthetic_market_are_the_kept_ones():
    assert trace(synthetic) == (KEPT / "synthetic.txt").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_the_decisions_on_a_recorded_market_are_the_kept_ones(name: str):
    path = RECORDED / f"{name}.csv.gz"
    if not path.exists():
        pytest.skip("the recordings are not here")
    assert trace(recorded(path)) == (KEPT / f"{name}.txt").read_text()


def test_every_strategy_is_in_the_kept_runs_and_ends_for_a_reason_it_names():
    kept = (KEPT / "synthetic.txt").read_text()
    for name in ORDERS:
        lines = kept.split(f"# {name}\n")[1].split("#")[0].splitlines()
        assert len(lines) >= 3
        assert " Done: " in lines[-1]
