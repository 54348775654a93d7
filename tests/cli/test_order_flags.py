"""Every field of an order has its flag and its line in the documents, and the flag says enough."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from polyterm.cli.add_order import add_order
from polyterm.models.order_change import OrderChange
from polyterm.models.order_request import OrderRequest
from polyterm.models.strategy_params import StrategyParams
from polyterm.strategies.registry import STRATEGIES
from tests.cli.conftest import Polyterm, Served
from tests.cli.simple_yaml import read_yaml

DOCUMENT: dict[str, Any] = read_yaml(
    Path(__file__).parents[2].joinpath("docs/openapi.yaml").read_text()
)
OTHERWISE = {"token_id": "token", "params": "strategy"}
"""Fields whose flag has another name."""
KEPT_BY_THE_ENGINE = {"changes"}
BUY = "add-order --market will-it-rain --outcome yes --side buy --max-price 0.55"


def test_every_common_field_of_an_order_has_a_flag():
    flags = {option.name for option in add_order.params}
    fields = {OTHERWISE.get(name, name) for name in OrderRequest.model_fields}
    assert fields - KEPT_BY_THE_ENGINE - flags == set()


@pytest.mark.parametrize(
    ("schema", "model"), [("OrderRequest", OrderRequest), ("OrderChange", OrderChange)]
)
def test_every_common_field_of_an_order_is_documented(schema: str, model: Any):
    documented = set(DOCUMENT["components"]["schemas"][schema]["properties"])
    assert set(model.model_fields) - KEPT_BY_THE_ENGINE - documented == set()


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_takes_the_volume_cap(polyterm: Polyterm, served: Served, strategy: str):
    more = " --probability 0.7" if strategy == "kelly" else ""
    done = polyterm(f"{BUY} --strategy {strategy} --size 500 --volume-cap 0.2{more}")
    assert (done.returncode, done.stderr) == (0, "")
    assert served.engine.requests[0].volume_cap == Decimal("0.2")


@pytest.fixture(scope="module")
def told() -> str:
    """All of the help, its lines made one."""
    context = add_order.make_context("add-order", [], resilient_parsing=True)
    return " ".join(add_order.get_help(context).split())


@pytest.mark.parametrize(
    "words",
    [
        "Part of the full Kelly stake to take: 0.5 is half Kelly (kelly; default 0.5).",
        "basis points; never less than one tick (micro_price, kelly; default 100).",
        "Part of a slice's time after which its rest takes, within the limit; 1 never takes (twap",
        "--take-after-s SECONDS Seconds that a child rests before it takes",
        "How soon price is given up for time; medium where not said.",
        "What the deadline does with the rest; cancel where not said.",
        "Needed, but for kelly: there it is a cap.",
    ],
)
def test_the_help_says_units_and_defaults(told: str, words: str):
    assert words in told


def test_two_strategies_that_mean_different_things_by_a_flag_are_both_told(told: str):
    assert "trades earlier or later: 0.2 is +-20 % (twap; default 0.2)." in told
    assert "Random part of a child's size: 0.2 is +-20 % (vwap; default 0.2)." in told


def test_every_parameter_has_a_line_that_says_what_it_is():
    from polyterm.cli.field_docs import field_docs

    models: list[type[StrategyParams]] = [strategy.params for strategy in STRATEGIES.values()]
    bare = [
        name
        for model in models
        for name in model.model_fields
        if name != "strategy" and name not in field_docs(model)
    ]
    assert bare == []
