"""How long to wait before connecting again, and what to tell of it."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

FIRST_S = 0.25
LONGEST_S = 30.0
HELD_S = 30.0
"""A connection that lived this long is no failure when it ends."""


class Backoff:
    """Full jitter: anything up to a ceiling that doubles with every failure.

    Many clients that lost the same exchange then do not come back all at once.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self.failures = 0
        """Connections in a row that failed or did not hold."""

    def after(self, lived_s: float) -> float:
        """Seconds to wait after a connection that lived so long: between 0 and 30."""
        if lived_s >= HELD_S:
            self.failures = 0
        ceiling = min(LONGEST_S, FIRST_S * 2 ** min(self.failures, 16))
        self.failures += 1
        return self._random.uniform(0, ceiling)


class Standing:
    """Tells whether a stream is up, each change once."""

    def __init__(self, tell_up: Callable[[], None], tell_down: Callable[[str], None]) -> None:
        self._tell_up = tell_up
        self._tell_down = tell_down
        self._is_up: bool | None = None

    def up(self) -> None:
        """The stream is there."""
        if self._is_up is not True:
            self._is_up = True
            self._tell_up()

    def down(self, reason: str, *, again: bool = False) -> None:
        """The stream is lost; `again` tells a new reason of what was down before."""
        if again or self._is_up is not False:
            self._is_up = False
            self._tell_down(reason)
