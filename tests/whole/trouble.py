"""What goes wrong outside of the exchange, where its fault plan does not reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random


class Mishap(StrEnum):
    """On this side of the network, or within it."""

    NO_CONNECTION = "no_connection"
    BLACK_HOLE = "black_hole"
    """A request, or its answer, is lost without a word."""
    OFFLINE = "offline"
    DISK_FULL = "disk_full"
    CRASH = "crash"


CHANCY = (Mishap.NO_CONNECTION, Mishap.BLACK_HOLE, Mishap.DISK_FULL)
"""Those that strike by chance, each time that they could."""


@dataclass(slots=True)
class Trouble:
    """Nothing strikes until something is asked for."""

    random: Random
    chances: dict[Mishap, float] = field(default_factory=dict[Mishap, float])
    fired: Counter[Mishap] = field(default_factory=Counter[Mishap])

    def allow(self, chances: Mapping[Mishap, float]) -> None:
        """Let these strike from now on, and no others."""
        self.chances = dict(chances)

    def end(self) -> None:
        """Nothing strikes any more."""
        self.chances.clear()

    def strikes(self, mishap: Mishap) -> bool:
        """Whether this one strikes now."""
        chance = self.chances.get(mishap, 0.0)
        if not chance or self.random.random() >= chance:
            return False
        self.fired[mishap] += 1
        return True
