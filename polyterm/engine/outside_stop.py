"""A stop that was asked for past the engine, because it gave no answer: heard when it turns again.

An engine that hangs can be told nothing, and would trade on when it wakes. So whoever stops without
it leaves word, where the engine looks before every send and as soon as it turns.
"""

from __future__ import annotations

from typing import Protocol

LISTEN_EVERY_S = 0.1
"""How often a running engine looks, beside the look before every send."""


class OutsideStop(Protocol):
    """Where word of such a stop is left."""

    def asked(self) -> str:
        """The mark of the stop that was asked for, each its own; empty where there is none.

        Looked at after the last wait before the socket, so it returns at once. Where it cannot be
        known, that counts as a stop.
        """
        ...

    def lift(self, mark: str) -> None:
        """Take away the stop of that mark; `RefusedError` where it stays, or another has come."""
        ...


class NoOutsideStop:
    """Nobody can leave word."""

    def asked(self) -> str:
        """Never any."""
        return ""

    def lift(self, mark: str) -> None:
        """There is none."""
