"""The dead-man switch of `protocol.md` 5.4: no heartbeat, no orders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from uuid import UUID

from polyterm.simulator.clock import Clock
from polyterm.simulator.credentials import ApiKey
from polyterm.simulator.refusals import BAD_HEARTBEAT, RefusalError
from polyterm.simulator.rules import ExchangeRules
from polyterm.simulator.timetable import Timetable


@dataclass(slots=True)
class _Pulse:
    expected: str
    """The id that the next heartbeat must hold."""
    last_ms: int


class Heartbeats:
    """One chain of ids per API key; the first accepted one arms it, and nothing disarms it."""

    def __init__(
        self,
        *,
        clock: Clock,
        random: Random,
        rules: ExchangeRules,
        timetable: Timetable,
        lapsed: Callable[[str], None],
    ) -> None:
        self._clock = clock
        self._random = random
        self._rules = rules
        self._timetable = timetable
        self._lapsed = lapsed
        self._pulses: dict[str, _Pulse] = {}

    def beat(self, key: ApiKey, heartbeat_id: str) -> str:
        """Accept a heartbeat and return the next id; a wrong one is refused with the right one."""
        pulse = self._pulses.get(key.key)
        expected = pulse.expected if pulse else ""
        if heartbeat_id != expected:
            body = {"error_msg": BAD_HEARTBEAT, "heartbeat_id": expected}
            raise RefusalError(BAD_HEARTBEAT, body=body)
        following = str(UUID(int=self._random.getrandbits(128), version=4))
        self._set(key, following)
        return following

    def beat_plain(self, key: ApiKey) -> None:
        """Accept a heartbeat of the older route, which has no ids."""
        pulse = self._pulses.get(key.key)
        self._set(key, pulse.expected if pulse else "")

    def _set(self, key: ApiKey, expected: str) -> None:
        if not self._pulses:
            self._plan_sweep()
        self._pulses[key.key] = _Pulse(expected, self._clock.now_ms())

    def _plan_sweep(self) -> None:
        due_ms = self._clock.now_ms() + self._rules.heartbeat_sweep_ms
        self._timetable.at(due_ms, self._sweep)

    def _sweep(self) -> None:
        deadline = self._clock.now_ms() - self._rules.heartbeat_life_ms
        for key, pulse in self._pulses.items():
            if pulse.last_ms < deadline:
                self._lapsed(key)
        self._plan_sweep()
