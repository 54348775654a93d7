"""Setting a plan and the clock, and seeing what fired, under /_local."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from polyterm.simulator.faults.injector import FaultInjector
from polyterm.simulator.faults.plan import PlanError, parse_plan
from polyterm.simulator.refusals import RefusalError
from polyterm.simulator.web.answers import answer
from polyterm.simulator.web.local_routes import PREFIX


class _ClockBody(msgspec.Struct, forbid_unknown_fields=True):
    skew_s: float | None = None
    freeze: bool = False


class FaultRoutes:
    """For tests and for whoever wants to see a client suffer."""

    def __init__(self, injector: FaultInjector) -> None:
        self._injector = injector

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route(PREFIX + "faults", self.show),
            Route(PREFIX + "faults", self.set, methods=["POST"]),
            Route(PREFIX + "clock", self.show_clock),
            Route(PREFIX + "clock", self.set_clock, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The plan, and every firing so far."""
        return self._shown()

    async def set(self, request: Request) -> Response:
        """Replace the plan, or with `?add=true` add to it."""
        try:
            plan = parse_plan(await request.body())
        except PlanError as error:
            raise RefusalError(str(error)) from error
        is_more = request.query_params.get("add") == "true"
        change = self._injector.add if is_more else self._injector.set
        change(plan)
        return self._shown()

    async def show_clock(self, request: Request) -> Response:
        """The exchange's time, and how far it is ahead of the true one."""
        return self._shown_clock()

    async def set_clock(self, request: Request) -> Response:
        """Run ahead by `skew_s` seconds, or with `freeze` stand still."""
        try:
            wanted = msgspec.json.decode(await request.body(), type=_ClockBody)
        except msgspec.DecodeError as error:
            raise RefusalError(str(error)) from error
        if wanted.skew_s is not None:
            self._injector.clock.set_skew(round(wanted.skew_s * 1000))
        if wanted.freeze:
            self._injector.clock.freeze()
        return self._shown_clock()

    def _shown(self) -> Response:
        return answer({"plan": self._injector.plan, "fired": list(self._injector.fired)})

    def _shown_clock(self) -> Response:
        clock = self._injector.clock
        return answer({"now_ms": clock.now_ms(), "skew_ms": clock.skew_ms, "frozen": clock.frozen})
