"""One synthetic market at work: who acts when."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from polyterm.models.enums import Side
from polyterm.models.ids import ConditionId
from polyterm.models.money import Price
from polyterm.simulator.flow_host import FlowHost
from polyterm.simulator.flows.agenda import Agenda
from polyterm.simulator.flows.character import Character
from polyterm.simulator.flows.crowd import Crowd
from polyterm.simulator.flows.excitement import Excitement
from polyterm.simulator.flows.fair_value import FairValues
from polyterm.simulator.flows.makers import Makers

_BURST_SHARE, _BURST_FACTOR, _LULL_FACTOR = 0.65, 0.2, 2.5
"""Looks come in bursts: most follow at a fifth of the mean wait, the others after a lull."""
_REACTION = 0.25
"""Makers look again after a trade, within a quarter of their usual wait."""
_GAP_LASTS_S = 8.0


class SyntheticMarket:
    """Enters its people's actions into the agenda, each of which enters the next one."""

    def __init__(
        self,
        host: FlowHost,
        condition_id: ConditionId,
        tick: Price,
        character: Character,
        values: FairValues,
        index: int,
        agenda: Agenda,
        random: Random,
    ) -> None:
        self._character = character
        self._values = values
        self._index = index
        self._agenda = agenda
        self._random = random
        self._is_open = True
        self._excitement = Excitement()
        self._makers = Makers(host, condition_id, tick, character)
        self._crowd = Crowd(host, condition_id, tick, character)

    def open(self) -> None:
        """Fill the first book and let everybody come."""
        self._makers.look(self._fair(), (), self._random, eager=True)
        character = self._character
        self._repeat(self._look, self._look_wait)
        self._repeat(self._take, lambda: self._wait(character.taker_s))
        self._repeat(self._rest, lambda: self._wait(character.noise_s))
        self._repeat(self._news, lambda: self._random.expovariate(1 / character.news_s))
        self._repeat(self._thin_out, lambda: self._random.expovariate(1 / character.gap_s))

    def close(self) -> None:
        """Let nobody act any more."""
        self._is_open = False

    def _repeat(self, action: Callable[[], None], wait: Callable[[], float]) -> None:
        def act() -> None:
            if self._is_open:
                action()
                self._agenda.after(wait(), act)

        self._agenda.after(wait(), act)

    def _look(self) -> None:
        self._makers.look(self._fair(), self._crowd.resting, self._random)

    def _take(self) -> None:
        self._crowd.take(self._fair(), self._random)
        self._agenda.after(self._wait(self._character.look_s * _REACTION), self._answer)

    def _answer(self) -> None:
        if self._is_open:
            self._look()

    def _rest(self) -> None:
        order_id = self._crowd.rest(self._random)
        if order_id is not None:
            life_s = self._random.expovariate(1 / self._character.noise_life_s)
            self._agenda.after(life_s, lambda: self._crowd.withdraw(order_id))

    def _news(self) -> None:
        self._values.shock(self._index, self._random.gauss(0, self._character.news_ticks))
        self._excitement.rise(self._agenda.now_s)

    def _thin_out(self) -> None:
        self._makers.open_gap(self._random.choice((Side.BUY, Side.SELL)))
        self._agenda.after(self._random.expovariate(1 / _GAP_LASTS_S), self._makers.close_gap)

    def _fair(self) -> float:
        self._values.advance(self._agenda.now_s, self._random)
        return self._values.price(self._index)

    def _look_wait(self) -> float:
        burst = self._random.random() < _BURST_SHARE
        return self._wait(self._character.look_s * (_BURST_FACTOR if burst else _LULL_FACTOR))

    def _wait(self, mean_s: float) -> float:
        return self._random.expovariate(self._excitement.level(self._agenda.now_s) / mean_s)
