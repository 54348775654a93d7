"""Carries a plan out: decides what fires, and writes down what did."""

from __future__ import annotations

from collections import deque
from functools import partial
from random import Random

from starlette.types import ASGIApp

from polyterm.simulator.faults.fault import Fault, WorldFault
from polyterm.simulator.faults.hand import Hand
from polyterm.simulator.faults.lagging import LaggingReads
from polyterm.simulator.faults.lines import Lines
from polyterm.simulator.faults.occasion import Occasion, Visit
from polyterm.simulator.faults.passage import Passage
from polyterm.simulator.faults.plan import FaultPlan
from polyterm.simulator.faults.record import Firing
from polyterm.simulator.faults.scene import Scene
from polyterm.simulator.faults.scripted_fate import ScriptedFate
from polyterm.simulator.faults.steered_clock import SteeredClock
from polyterm.simulator.faults.triggers import Trigger
from polyterm.simulator.faults.visits import Visits
from polyterm.simulator.faults.weather import Weather
from polyterm.simulator.local_exchange import LocalExchange
from polyterm.simulator.timetable import Timetable

MAX_KEPT = 100_000
"""Firings kept; the oldest go first."""


class FaultInjector:
    """Stands between an exchange and its clients; without faults, everything passes as it is.

    `clock` is the very clock that the exchange was made with.
    """

    def __init__(self, plan: FaultPlan, exchange: LocalExchange, clock: SteeredClock) -> None:
        self.clock = clock
        self.fired: deque[Firing] = deque(maxlen=MAX_KEPT)
        """What fired, oldest first, under whichever plan."""
        fate = ScriptedFate(exchange.settlement.fate)
        exchange.settlement.fate = fate
        weather = Weather(clock.true)
        random = Random(f"{plan.seed}/house")  # noqa: S311 - a simulation, not a secret
        self._scene = Scene(
            clock=clock,
            hand=Hand(exchange, random),
            fate=fate,
            weather=weather,
            reads=LaggingReads(exchange, clock.true),
            lines=Lines(weather),
        )
        self._visits = Visits()
        self._timetable = Timetable(clock.true)
        self._triggers: list[Trigger] = []
        self.plan = plan
        """The plan as it stands, with all that was added."""
        self._begin(plan, first=0)

    def set(self, plan: FaultPlan) -> None:
        """Forget the plan there was, end what lasts of it, and begin this one.

        The clock is left as it is set.
        """
        for trigger in self._triggers:
            trigger.retired = True
        self._triggers = []
        scene = self._scene
        for lasting in (scene.weather, scene.reads, scene.lines, scene.fate):
            lasting.clear()
        self._begin(plan, first=0)

    def add(self, plan: FaultPlan) -> None:
        """Begin the faults of this plan too; the seed is that of the first."""
        whole = FaultPlan(self.plan.faults + plan.faults, self.plan.seed)
        self._begin(whole, first=len(self.plan.faults))

    def wrap(self, app: ASGIApp) -> ASGIApp:
        """The application with faults before it."""
        return Passage(app, self._scene, self._visits, self.meet)

    async def run(self) -> None:
        """Let faults happen in their time, until cancelled; then nothing is held up any longer."""
        try:
            await self._timetable.run()
        finally:
            self._scene.weather.clear()
            await self._visits.end()

    def run_due(self) -> None:
        """Let happen what is due by now, without waiting for `run` to come to it."""
        self._timetable.run_due()

    def meet(self, visit: Visit) -> list[tuple[Fault, Occasion]]:
        """The faults that strike at a request, outermost first."""
        now_ms = self.clock.true.now_ms()
        return [
            (trigger.fault, self._fire(trigger, visit))
            for trigger in self._triggers
            if trigger.meets(visit.method, visit.path, now_ms)
        ]

    def _begin(self, plan: FaultPlan, first: int) -> None:
        self.plan = plan
        start_ms, randoms = self.clock.true.now_ms(), plan.randoms()
        for index in range(first, len(plan.faults)):
            trigger = Trigger(plan.faults[index], index, randoms[index], start_ms)
            self._triggers.append(trigger)
            self._plan_next(trigger)

    def _plan_next(self, trigger: Trigger) -> None:
        due_ms = trigger.due_ms
        if due_ms is not None:
            self._timetable.at(due_ms, partial(self._strike, trigger))

    def _strike(self, trigger: Trigger) -> None:
        fault = trigger.fault
        if trigger.may_fire and isinstance(fault, WorldFault):
            fault.strike(self._fire(trigger, None))
            self._plan_next(trigger)

    def _fire(self, trigger: Trigger, visit: Visit | None) -> Occasion:
        trigger.fired += 1
        firing = Firing(
            kind=trigger.fault.kind,
            fault=trigger.index,
            at_ms=self.clock.true.now_ms(),
            request=visit.name if visit else "",
        )
        self.fired.append(firing)
        return Occasion(self._scene, firing, trigger.random, visit)
