"""All that faults act upon, in one place."""

from __future__ import annotations

from dataclasses import dataclass

from polyterm.simulator.faults.hand import Hand
from polyterm.simulator.faults.lagging import LaggingReads
from polyterm.simulator.faults.lines import Lines
from polyterm.simulator.faults.scripted_fate import ScriptedFate
from polyterm.simulator.faults.steered_clock import SteeredClock
from polyterm.simulator.faults.weather import Weather


@dataclass(frozen=True, slots=True)
class Scene:
    """The exchange as faults see it."""

    clock: SteeredClock
    hand: Hand
    fate: ScriptedFate
    weather: Weather
    reads: LaggingReads
    lines: Lines
