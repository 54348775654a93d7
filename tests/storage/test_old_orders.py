"""Requests as older versions wrote them into the journal, and what is read from them today."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from polyterm.models.order_request import OrderRequest

FIRST: dict[str, object] = {
    "token_id": "123",
    "side": "BUY",
    "size": "100",
    "max_price": "0.55",
    "min_price": None,
    "urgency": "MEDIUM",
    "post_only": False,
    "deadline_s": "600",
    "end_action": "cross",
    "confirmed": False,
}
"""What the first version kept of every order."""
BAND: dict[str, object] = {
    "threshold_bps": 50,
    "aggression_bps": 100,
    "max_adjustments": 7,
    "min_interval_s": "2",
}
OLD: dict[str, dict[str, object]] = {
    "iceberg": {
        "strategy": "iceberg",
        "tranche_size": "20",
        "tranche_variation": "0.2",
        "min_tranche": None,
        "max_tranche": "40",
        "min_delay_s": "1",
        "max_delay_s": "3",
    },
    "micro_price": {**BAND, "strategy": "micro_price"},
    "kelly": {
        **BAND,
        "strategy": "kelly",
        "probability": "0.62",
        "fraction": "0.5",
        "bankroll": None,
        "max_stake": "250",
        "recalculate_s": "5",
    },
}


def written(strategy: str) -> str:
    return json.dumps({**FIRST, "params": OLD[strategy]})


@pytest.mark.parametrize("strategy", OLD)
def test_an_order_of_the_first_version_is_read_with_every_number_it_had(strategy: str):
    request = OrderRequest.model_validate_json(written(strategy))
    kept = request.model_dump(mode="json")
    assert kept["params"].items() >= OLD[strategy].items()
    assert {name: kept[name] for name in FIRST} == FIRST
    assert (request.volume_cap, request.changes, request.client_key) == (None, 0, None)


def test_a_journal_is_read_without_anything_else_having_named_its_strategies():
    script = f"""
from polyterm.storage.rows import PARENTS
from tests.storage.journals import a_parent
columns = dict(zip(PARENTS.columns, PARENTS.row(a_parent()), strict=True))
for request in {[written(strategy) for strategy in OLD]!r}:
    print(PARENTS.read({{**columns, "request": request}}).request.strategy)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=50, check=False
    )
    assert done.stdout.split() == list(OLD), done.stderr
