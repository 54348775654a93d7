"""What may happen to the frames of a channel on their way out."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from random import Random

from polyterm.simulator.clock import Clock
from polyterm.simulator.faults.line import Line
from polyterm.simulator.faults.record import Firing


class Tampering(ABC):
    """Meets frame after frame, and says what is sent in its place."""

    def __init__(self, firing: Firing) -> None:
        self._firing = firing

    @property
    @abstractmethod
    def is_over(self) -> bool:
        """Whether it leaves all further frames alone."""

    @abstractmethod
    def meet(self, line: Line, frame: str) -> Sequence[str]:
        """What goes out instead of a data frame."""


class Mute(Tampering):
    """Swallows everything for a while."""

    def __init__(self, firing: Firing, clock: Clock, seconds: float) -> None:
        super().__init__(firing)
        self._clock = clock
        self._until_ms = clock.now_ms() + round(seconds * 1000)

    @property
    def is_over(self) -> bool:
        """Whether it leaves all further frames alone."""
        return self._clock.now_ms() >= self._until_ms

    def meet(self, line: Line, frame: str) -> Sequence[str]:
        """Nothing."""
        self._firing.hit()
        return ()


class DropNth(Tampering):
    """Swallows one frame, the n-th from now."""

    def __init__(self, firing: Firing, nth: int) -> None:
        super().__init__(firing)
        self._left = nth

    @property
    def is_over(self) -> bool:
        """Whether it leaves all further frames alone."""
        return not self._left

    def meet(self, line: Line, frame: str) -> Sequence[str]:
        """The frame, or nothing in its turn."""
        self._left -= 1
        if self._left:
            return (frame,)
        self._firing.hit()
        return ()


class Repeat(Tampering):
    """Sends the next frames several times, each of at least some length."""

    def __init__(self, firing: Firing, frames: int, copies: int, least_bytes: int = 0) -> None:
        super().__init__(firing)
        self._left = frames
        self._copies = copies
        self._least_bytes = least_bytes

    @property
    def is_over(self) -> bool:
        """Whether it leaves all further frames alone."""
        return not self._left

    def meet(self, line: Line, frame: str) -> Sequence[str]:
        """The frame as often as wanted, filled up with spaces, which JSON allows at its end."""
        self._left -= 1
        self._firing.hit()
        return [frame.ljust(self._least_bytes)] * self._copies


class Reorder(Tampering):
    """Holds some frames of one socket back and sends them in another order."""

    def __init__(self, firing: Firing, random: Random, frames: int, patience_s: float) -> None:
        super().__init__(firing)
        self._random = random
        self._wanted = frames
        self._patience_s = patience_s
        self._held: list[str] = []
        self._line: Line | None = None
        self._released = False

    @property
    def is_over(self) -> bool:
        """Whether it leaves all further frames alone."""
        return self._released

    def meet(self, line: Line, frame: str) -> Sequence[str]:
        """Nothing, until enough are held."""
        if self._line is None:
            self._line = line
            line.spawn(self._give_up(line))
        if self._line is not line:
            return (frame,)
        self._held.append(frame)
        return self._release() if len(self._held) == self._wanted else ()

    async def _give_up(self, line: Line) -> None:
        """Send what is held after all: a channel may fall silent."""
        try:
            await asyncio.sleep(self._patience_s)
        finally:
            frames = [] if self._released else self._release()
        for frame in frames:
            await line.emit(frame)

    def _release(self) -> Sequence[str]:
        self._released = True
        first, *others = self._held
        if others:
            self._firing.hit()
            self._random.shuffle(others)
        return [*others, first]
