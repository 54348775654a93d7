"""`polyterm exchange`: run the local exchange until it is ended."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from polyterm.cli.failure import Failure

if TYPE_CHECKING:
    from polyterm.simulator.faults.plan import FaultPlan
    from polyterm.simulator.flow_host import Flow


@click.command()
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="0 takes a free one.")
@click.option(
    "--cash", metavar="DOLLARS", default="10000", show_default=True, help="A new trader's."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of everything random.")
@click.option("--venue", type=click.Choice(["demo", "replay"]), default="demo", show_default=True)
@click.option("--recording", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--speed", type=click.FloatRange(1, 60), default=1.0, show_default=True)
@click.option(
    "--queue-model",
    type=click.Choice(["pessimistic", "optimistic"]),
    default="pessimistic",
    show_default=True,
    help="How a replay decides that what rests ahead of an order is gone.",
)
@click.option(
    "--pace",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    help="How lively the demo's other traders are.",
)
@click.option(
    "--faults",
    "plan_file",
    metavar="PLAN.JSON",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What shall go wrong, and when: see docs/faults.md.",
)
@click.option("--watch-stdin", is_flag=True, help="End when stdin closes.")
def exchange(
    port: int,
    cash: str,
    seed: int,
    venue: str,
    recording: Path | None,
    speed: float,
    queue_model: str,
    pace: float,
    plan_file: Path | None,
    watch_stdin: bool,
) -> None:
    """Serve Polymarket's protocol on 127.0.0.1; prints one JSON line when it is ready."""
    if venue == "replay" and recording is None:
        raise click.UsageError("--venue replay needs --recording FILE")
    from polyterm.models.money import parse_units
    from polyterm.simulator.server import ListenError, run_local_exchange

    try:
        dollars = parse_units(cash)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--cash") from error
    flow = _synthetic(pace) if recording is None else _replay(recording, speed, queue_model)
    faults = _faults(plan_file)
    try:
        code = run_local_exchange(
            flow=flow,
            port=port,
            cash=dollars,
            seed=seed,
            watch_stdin=watch_stdin,
            venue=venue,
            faults=faults,
        )
    except ListenError as error:
        raise Failure(str(error)) from error
    sys.exit(code)


def _faults(plan_file: Path | None) -> FaultPlan:
    from polyterm.simulator.faults.plan import FaultPlan, PlanError, parse_plan

    if plan_file is None:
        return FaultPlan()
    try:
        return parse_plan(plan_file.read_bytes())
    except (PlanError, OSError) as error:
        raise Failure(f"{plan_file}: {error}") from error


def _synthetic(pace: float) -> Flow:
    from polyterm.simulator.flows.synthetic import SyntheticFlow

    return SyntheticFlow(pace=pace)


def _replay(recording: Path, speed: float, queue_model: str) -> Flow:
    from polyterm.simulator.flows.queue_model import QueueModel
    from polyterm.simulator.flows.replay import ReplayFlow
    from polyterm.simulator.recording import RecordingError

    try:
        return ReplayFlow(recording, speed, queue_model=QueueModel(queue_model))
    except (RecordingError, OSError) as error:
        raise Failure(str(error)) from error
