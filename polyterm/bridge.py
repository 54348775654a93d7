"""The only door between engine and widgets: state by newest value, facts one by one.

State (books, order rows, health, money) is asked for by one frame timer and painted for whoever
looks; what was missed in between is never painted. Facts are handed over whole and in order.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any

from polyterm.engine.clock import Clock
from polyterm.engine.face import EngineFace
from polyterm.models.enums import VenueName
from polyterm.models.events import Event
from polyterm.models.ids import TokenId
from polyterm.models.snapshot import MarketSnapshot

FRAMES_A_SECOND = 15
BOOKS_A_FRAME = 2
"""Books painted in one frame; the rest take their turn, so that no frame holds the loop long."""
BLURRED_DIVISOR = 3
"""Frames are thinned by this while the terminal has no focus."""


class Topic(StrEnum):
    """State of the whole engine that can be looked at."""

    ORDERS = "orders"
    HEALTH = "health"
    ACCOUNT = "account"


_EVERY = {Topic.ORDERS: 4, Topic.HEALTH: 5, Topic.ACCOUNT: 15}
"""Frames from one look to the next."""


class LatestBoard:
    """Newest value per key, and the keys that changed since the last look."""

    def __init__(self) -> None:
        self._values: dict[Hashable, Any] = {}
        self._dirty: dict[Hashable, None] = {}

    def put(self, key: Hashable, value: Any) -> None:
        """Set a value; equal to the one before, it is no change."""
        if key not in self._values or self._values[key] != value:
            self._values[key] = value
            self._dirty[key] = None

    def get(self, key: Hashable) -> Any:
        """The newest value; nothing before the first."""
        return self._values.get(key)

    def drain(self) -> dict[Hashable, Any]:
        """What changed since the last call, each key once."""
        dirty, self._dirty = self._dirty, {}
        return {key: self._values[key] for key in dirty}


@dataclass(frozen=True, slots=True, eq=False)
class BookViewer:
    """Someone who shows one token's book."""

    token_id: TokenId
    show: Callable[[MarketSnapshot], None]
    is_visible: Callable[[], bool]
    every: int = 1
    """Frames from one painting to the next."""


@dataclass(frozen=True, slots=True, eq=False)
class StateViewer:
    """Someone who shows one topic."""

    topic: Topic
    show: Callable[[Any], object]


class FramePump:
    """Takes what changed from the engine once a frame, and hands it to whoever shows it."""

    def __init__(self, engine: EngineFace) -> None:
        self._engine = engine
        self._board = LatestBoard()
        self._books: dict[Hashable, BookViewer] = {}
        self._waiting: dict[Hashable, BookViewer] = {}
        self._painted: dict[Hashable, int] = {}
        """The frame in which each owner last painted its book."""
        self._states: dict[tuple[Hashable, Topic], StateViewer] = {}
        self._frame = 0
        self._ticks = 0
        self.is_blurred = False

    def watch_book(self, owner: Hashable, viewer: BookViewer) -> None:
        """Show a book from now on, in place of what that owner showed before."""
        self._painted.pop(owner, None)
        self._books[owner] = viewer
        self._waiting[owner] = viewer

    def watch(self, owner: Hashable, topic: Topic, show: Callable[[Any], object]) -> None:
        """Show a topic from now on, the newest value at once."""
        self._states[owner, topic] = StateViewer(topic, show)
        self._look(topic)
        show(self._board.get(topic))

    def forget(self, owner: Hashable) -> None:
        """Show nothing to that owner any more."""
        self._books.pop(owner, None)
        self._waiting.pop(owner, None)
        self._painted.pop(owner, None)
        self._states = {key: viewer for key, viewer in self._states.items() if key[0] != owner}

    def tick(self) -> None:
        """One frame."""
        self._ticks += 1
        if self.is_blurred and self._ticks % BLURRED_DIVISOR:
            return
        self._frame += 1
        self._paint_books()
        self._paint_states()

    def _paint_books(self) -> None:
        changed = self._engine.changed_tokens()
        for owner, viewer in self._books.items():
            if viewer.token_id in changed:
                self._waiting[owner] = viewer
        due = (owner for owner, viewer in self._waiting.items() if self._is_due(owner, viewer))
        for owner in tuple(islice(due, BOOKS_A_FRAME)):
            viewer = self._waiting.pop(owner)
            snapshot = self._engine.snapshot(viewer.token_id)
            if snapshot is not None:
                self._painted[owner] = self._frame
                viewer.show(snapshot)

    def _is_due(self, owner: Hashable, viewer: BookViewer) -> bool:
        last = self._painted.get(owner, self._frame - viewer.every)
        return self._frame - last >= viewer.every and viewer.is_visible()

    def _paint_states(self) -> None:
        for topic in {viewer.topic for viewer in self._states.values()}:
            if self._frame % _EVERY[topic] == 0:
                self._look(topic)
        fresh = self._board.drain()
        for viewer in tuple(self._states.values()):
            if viewer.topic in fresh:
                viewer.show(fresh[viewer.topic])

    def _look(self, topic: Topic) -> None:
        match topic:
            case Topic.ORDERS:
                self._board.put(topic, self._engine.list_orders())
            case Topic.HEALTH:
                self._board.put(topic, self._engine.health())
            case Topic.ACCOUNT:
                self._board.put(topic, self._engine.account())


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """What a screen needs to work: the engine, the pump, the clock, and which venue it is."""

    engine: EngineFace
    pump: FramePump
    clock: Clock
    venue: VenueName


async def relay_events(engine: EngineFace, post: Callable[[Event], object]) -> None:
    """Hand every fact on, in order, until the engine ends."""
    async for event in engine.events():
        post(event)
