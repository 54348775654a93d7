"""A whole event sized and ordered from the shell, on the demo exchange."""

from __future__ import annotations

import json
from typing import cast

import pytest

from polyterm.cli.control_client import EngineSocket
from polyterm.cli.event_offers import exclusive_markets
from polyterm.cli.failure import Failure
from polyterm.simulator.flows.catalogue import CATALOGUE
from tests.cli.conftest import Polyterm
from tests.cli.running import started

SLUGS = next([market.slug for market in event.markets] for event in CATALOGUE if event.neg_risk)


def test_an_event_is_sized_together_and_ordered_as_a_whole(polyterm: Polyterm):
    with (
        started("exchange", "--pace", "1", "--seed", "7") as (_, ready),
        started("daemon", "--exchange-url", ready["url"]),
    ):
        beliefs = f"{SLUGS[0]}=0.70 {SLUGS[1]}=0.20"
        seen = polyterm(f"kelly-event {beliefs}")
        assert seen.returncode == 0, seen.stderr
        assert "at most, expected growth" in seen.stdout
        sized = json.loads(polyterm(f"kelly-event {beliefs} --both-sides --json").stdout)
        assert [row["market"] for row in sized["orders"][::2]] == SLUGS[:2]
        assert json.loads(polyterm("list-orders --json").stdout) == []

        line = f"kelly-event {beliefs} --submit --yes --fraction 0.1 --key together --json"
        done = polyterm(line)
        assert done.returncode == 0, done.stderr
        orders = json.loads(done.stdout)
        assert 1 <= len(orders) <= 2
        assert {order["strategy"] for order in orders} == {"micro_price"}
        listed = json.loads(polyterm("list-orders --all --json").stdout)
        assert {order["order_id"] for order in listed} == {order["order_id"] for order in orders}
        cancelled = polyterm("cancel --all")
        assert cancelled.returncode == 0, cancelled.stderr


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("kelly-event will-it-rain=1.5", 2, "between 0 and 1"),
        ("kelly-event will-it-rain", 2, "SLUG=PROBABILITY"),
        ("kelly-event will-it-rain=0.5 will-it-rain=0.4", 2, "named once"),
        ("kelly-event unknown=0.5", 4, "no market unknown"),
    ],
)
def test_what_is_no_event_is_refused(
    polyterm: Polyterm, served: object, line: str, code: int, words: str
):
    done = polyterm(line)
    assert (done.returncode, words in done.stderr) == (code, True), done.stderr


class Answers:
    """A control socket that knows four markets."""

    def ask(self, method: str, path: str, body: object = None) -> object:
        known = {"a": ("one", True), "b": ("one", True), "c": ("two", True), "d": (None, False)}
        return [
            {"market": slug, "event": event, "is_exclusive": exclusive}
            for slug, (event, exclusive) in known.items()
        ]


@pytest.mark.parametrize(
    ("slugs", "fits"),
    [(["a", "b"], True), (["d"], True), (["a", "c"], False), (["a", "d"], False)],
)
def test_markets_must_exclude_each_other(slugs: list[str], fits: bool):
    engine = cast("EngineSocket", Answers())
    if fits:
        assert [market["market"] for market in exclusive_markets(engine, slugs)] == slugs
        return
    with pytest.raises(Failure, match="not exclusive outcomes of one event"):
        exclusive_markets(engine, slugs)
