"""`polyterm metrics`: what the engine counts, for people; scrapers read `/metrics` itself."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import click

from polyterm.cli.control_client import EngineSocket
from polyterm.cli.options import engine_options
from polyterm.cli.tables import facts

_PREFIX = "polyterm_"


@click.command()
@engine_options
def metrics(engine: EngineSocket, as_json: bool) -> None:
    """Show counters, durations and gauges of the running engine."""
    families = engine.ask("GET", "/metrics?format=json")
    if as_json:
        click.echo(json.dumps(families))
        return
    click.echo(facts(line for family in families for line in _lines(family)))


def _lines(family: dict[str, Any]) -> Iterable[tuple[str, str]]:
    if family["kind"] == "histogram":
        return _averages(family)
    return (
        (_title(family, sample["labels"]), _short(sample["value"])) for sample in family["samples"]
    )


def _averages(family: dict[str, Any]) -> Iterable[tuple[str, str]]:
    name = family["name"]
    counts = {
        tuple(sample["labels"].items()): sample["value"]
        for sample in family["samples"]
        if sample["name"] == f"{name}_count"
    }
    for sample in family["samples"]:
        if sample["name"] == f"{name}_sum":
            count = int(counts[tuple(sample["labels"].items())])
            mean = float(sample["value"]) / count
            yield _title(family, sample["labels"]), f"{mean:.4g} on average, {count} times"


def _title(family: dict[str, Any], labels: dict[str, str]) -> str:
    name = family["name"].removeprefix(_PREFIX).replace("_", " ")
    return f"{name} ({', '.join(labels.values())})" if labels else name


def _short(value: str) -> str:
    return f"{float(value):.6g}" if "." in value and "e" not in value else value
