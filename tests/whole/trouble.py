"""Which faults may strike, how likely, and how often they did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random


class Fault(StrEnum):
    """What can go wrong, by the names of the fault plan (`reliability.md` 3)."""

    DROP_REQUEST = "drop_request"
    NO_CONNECTION = "no_connection"
    LAND_THEN_DROP_REPLY = "land_then_drop_reply"
    DELAY = "delay"
    DELAY_LONG = "delay_long"
    """Longer than a request of ours is taken to live (rule R3)."""
    DUPLICATE = "duplicate"
    ERROR_AFTER_LAND = "500_after_land"
    BAD_GATEWAY = "502"
    RESTARTING = "425"
    THROTTLED = "429"
    POST_ONLY = "post_only_mode"
    DISABLED = "trading_disabled"
    TRUNCATE = "truncate"
    BAD_JSON = "bad_json"
    WRONG_ID = "wrong_id"
    WS_DROP = "ws_drop"
    WS_MUTE = "ws_mute"
    WS_REORDER = "ws_reorder"
    WS_DUP = "ws_dup"
    OFFLINE = "offline"
    MATCH_THEN_FAIL = "match_then_fail"
    DISK_FULL = "disk_full"
    CRASH = "crash"


REQUEST_FAULTS = (
    Fault.DROP_REQUEST,
    Fault.NO_CONNECTION,
    Fault.LAND_THEN_DROP_REPLY,
    Fault.DELAY,
    Fault.DELAY_LONG,
    Fault.DUPLICATE,
    Fault.ERROR_AFTER_LAND,
    Fault.BAD_GATEWAY,
    Fault.RESTARTING,
    Fault.THROTTLED,
    Fault.POST_ONLY,
    Fault.DISABLED,
    Fault.TRUNCATE,
    Fault.BAD_JSON,
    Fault.WRONG_ID,
)
"""Those that strike a single request."""
ORDER_FAULTS = frozenset({Fault.POST_ONLY, Fault.RESTARTING, Fault.DISABLED, Fault.WRONG_ID})
"""Those that only ever strike POST /order."""
FRAME_FAULTS = (Fault.WS_REORDER, Fault.WS_DUP, Fault.WS_DROP)
"""Those that strike a single frame."""

_SHARE_OF_OTHERS = 0.2
"""How often what could strike does strike, where it is no order that is sent."""


@dataclass(slots=True)
class Trouble:
    """The plan of one run; nothing strikes until something is asked for."""

    random: Random
    chances: dict[Fault, float] = field(default_factory=dict[Fault, float])
    """How likely each is to strike, each time that it could."""
    next_order: list[Fault] = field(default_factory=list[Fault])
    """Faults that strike the next orders sent, one each, in order."""
    dead_paths: set[str] = field(default_factory=set[str])
    """Where every request meets a bad gateway."""
    fired: Counter[Fault] = field(default_factory=Counter[Fault])

    def allow(self, chances: Mapping[Fault, float]) -> None:
        """Let these strike from now on."""
        self.chances = dict(chances)

    def end(self) -> None:
        """Nothing strikes any more."""
        self.chances.clear()
        self.next_order.clear()
        self.dead_paths.clear()

    def for_request(self, path: str, is_order: bool) -> Fault | None:
        """What strikes this request."""
        if path in self.dead_paths:
            return self._fire(Fault.BAD_GATEWAY)
        if is_order and self.next_order:
            return self._fire(self.next_order.pop(0))
        if is_order:
            return self._first_of(REQUEST_FAULTS)
        if self.random.random() > _SHARE_OF_OTHERS:
            return None
        return self._first_of(fault for fault in REQUEST_FAULTS if fault not in ORDER_FAULTS)

    def for_frame(self) -> Fault | None:
        """What strikes this frame of a stream."""
        return self._first_of(FRAME_FAULTS)

    def strikes(self, fault: Fault) -> bool:
        """Whether this one strikes now."""
        chance = self.chances.get(fault, 0.0)
        return bool(chance) and self.random.random() < chance and bool(self._fire(fault))

    def _first_of(self, kinds: Iterable[Fault]) -> Fault | None:
        return next((fault for fault in kinds if self.strikes(fault)), None)

    def _fire(self, fault: Fault) -> Fault:
        self.fired[fault] += 1
        return fault
