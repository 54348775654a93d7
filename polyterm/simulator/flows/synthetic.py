"""Invented markets with invented people: lively, cheap, and the same under the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from polyterm.models.ids import ConditionId
from polyterm.simulator.flow_host import FlowHost
from polyterm.simulator.flows.agenda import Agenda
from polyterm.simulator.flows.catalogue import CATALOGUE
from polyterm.simulator.flows.fair_value import FairValues
from polyterm.simulator.flows.plan import EventPlan, make_listing
from polyterm.simulator.flows.synthetic_market import SyntheticMarket

_LATE_S = 2.0
"""Further behind than this, what was missed is skipped rather than made up for."""
_BATCH = 50
"""Actions carried out in one go at most, so that a late flow leaves others their turn."""


@dataclass(frozen=True, slots=True)
class _OpenEvent:
    plan: EventPlan
    end_ms: int
    values: FairValues
    markets: tuple[tuple[ConditionId, SyntheticMarket], ...]


class SyntheticFlow:
    """Lists the events of a catalogue and trades them, for one host and once.

    At `pace` 1 the catalogue of the demo makes about 25 book changes a second; the flow's time
    runs `pace` times as fast as the host's. Ends of markets are on the host's clock.
    """

    def __init__(self, catalogue: Sequence[EventPlan] = CATALOGUE, pace: float = 1.0) -> None:
        """Raise `ValueError` unless `pace` is above zero."""
        if pace <= 0:
            raise ValueError(f"pace {pace:g} is not above zero")
        self._catalogue = tuple(catalogue)
        self._pace = pace
        self._agenda = Agenda()

    def open(self, host: FlowHost, random: Random) -> None:
        """List every event and fill its books."""
        for plan in self._catalogue:
            self._open_event(plan, host, random)

    async def run(self, host: FlowHost, random: Random) -> None:
        """Trade until cancelled, or until every market has ended."""
        start_ms = host.now_ms()
        while (next_s := self._agenda.next_s) is not None:
            ahead_s = next_s / self._pace - (host.now_ms() - start_ms) / 1000
            if ahead_s < -_LATE_S:
                start_ms += round(-ahead_s * 1000)
            await host.sleep(max(ahead_s, 0.0))
            self._act_until((host.now_ms() - start_ms) / 1000 * self._pace)

    def _act_until(self, flow_s: float) -> None:
        # The action that was waited for comes in any case: clocks count whole milliseconds.
        self._agenda.act()
        for _ in range(_BATCH):
            next_s = self._agenda.next_s
            if next_s is None or next_s > flow_s:
                return
            self._agenda.act()

    def _open_event(self, plan: EventPlan, host: FlowHost, random: Random) -> None:
        end_ms = plan.end_ms(host.now_ms())
        values = FairValues(
            [market.character for market in plan.markets],
            [market.tick for market in plan.markets],
            self._agenda.now_s,
        )
        markets: list[tuple[ConditionId, SyntheticMarket]] = []
        for index, market_plan in enumerate(plan.markets):
            listing = make_listing(plan, market_plan, end_ms, random)
            host.open_market(listing)
            condition_id = listing.market.condition_id
            market = SyntheticMarket(
                host,
                condition_id,
                market_plan.tick,
                market_plan.character,
                values,
                index,
                self._agenda,
                random,
            )
            market.open()
            markets.append((condition_id, market))
        self._await_end(_OpenEvent(plan, end_ms, values, tuple(markets)), host, random)

    def _await_end(self, event: _OpenEvent, host: FlowHost, random: Random) -> None:
        left_s = (event.end_ms - host.now_ms()) / 1000
        if left_s > 0:
            self._agenda.after(left_s * self._pace, lambda: self._await_end(event, host, random))
            return
        for index, (condition_id, market) in enumerate(event.markets):
            market.close()
            host.close_market(condition_id, event.values.winner(index))
        if event.plan.rolls:
            self._open_event(event.plan, host, random)
