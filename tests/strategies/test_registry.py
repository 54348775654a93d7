from __future__ import annotations

import re
from pathlib import Path

import pytest

from polyterm.strategies.registry import STRATEGIES

ROOT = Path(__file__).parents[2]
OF_A_STRATEGY = {
    module.rpartition(".")[2]
    for strategy in STRATEGIES.values()
    for module in (strategy.decide.__module__, strategy.params.__module__)  # type: ignore[attr-defined]
}
BY_HAND = {
    "polyterm/cli/demo_plan.py": "the demo shows three orders, each chosen for its market",
    "polyterm/cli/kelly_event.py": "the orders of an event rest by the micro-price",
    "polyterm/screens/kelly.py": "a form of its own, with the growth curve",
    "polyterm/screens/kelly_numbers.py": "what that form answers",
}
"""Where a strategy is named outside its own files, and why."""


def test_nothing_outside_the_strategies_depends_on_one_of_them():
    pattern = re.compile(rf"polyterm\.strategies\.({'|'.join(OF_A_STRATEGY)})\b")
    named = {
        str(path.relative_to(ROOT))
        for path in [*(ROOT / "polyterm").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]
        if path.parent.name != "strategies" and pattern.search(path.read_text())
    }
    assert named <= set(BY_HAND)


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_strategy_has_an_example_that_its_journal_entry_keeps(name: str):
    model = STRATEGIES[name].params
    example = model.example()
    assert example.strategy == name
    assert model.model_validate_json(example.model_dump_json()) == example
    assert not model.sized_by or model.sized_by in model.model_fields
