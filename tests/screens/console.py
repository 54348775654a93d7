"""The console over a fake engine, and how a test waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from textual import events
from textual.pilot import Pilot

from polyterm.app import PolytermApp
from polyterm.models.enums import VenueName
from polyterm.models.money import UNIT
from polyterm.models.views import AccountView
from polyterm.screens.dialog import Dialog
from tests.fakes.engine import FakeEngine
from tests.fakes.pictures import NOW_MS, FrozenClock, market, snapshot

QUESTIONS = (
    "Will it rain in Lisbon on New Year's Eve?",
    "Will the Fed cut rates in December?",
    "BTC up or down, Nov 20, 2:00-2:15 PM UTC",
)


def an_engine(venue: VenueName = VenueName.DEMO) -> FakeEngine:
    """An engine with three markets, their books, and $1,000."""
    markets = tuple(market(number, text) for number, text in enumerate(QUESTIONS, start=1))
    engine = FakeEngine(markets=markets, venue=venue)
    for of in markets:
        engine.put(snapshot(of, 0))
        engine.put(snapshot(of, 1, bids=((4400, 780),), asks=((4500, 520),)))
    engine.account_view = AccountView(
        address="0xfake", cash=1_000 * UNIT, reserved=0, positions=(), at_ms=NOW_MS
    )
    return engine


def an_app(engine: FakeEngine, **options: object) -> PolytermApp:
    """The console over that engine."""
    app = PolytermApp(engine, venue=engine.venue, clock=FrozenClock(), **options)  # type: ignore[arg-type]
    app.animation_level = "none"
    return app


@asynccontextmanager
async def console(
    engine: FakeEngine, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[Pilot[None]]:
    """The console, up and with the first market's book on screen."""
    app = an_app(engine)
    async with app.run_test(size=size, notifications=True) as pilot:
        await eventually(pilot, lambda: bool(engine.watched))
        yield pilot


async def eventually(pilot: Pilot[None], holds: Callable[[], bool], seconds: float = 5) -> None:
    """Wait until something holds; fail when it does not in time."""
    try:
        async with asyncio.timeout(seconds):
            while not holds():
                await asyncio.sleep(0.03)
    except TimeoutError:
        screen = shown_text(pilot) if pilot.app.is_running else "the app has ended"
        raise AssertionError(f"it never came to hold:\n{screen}") from None
    if pilot.app.is_running:
        await pilot.pause()


async def dialog_ready(pilot: Pilot[None]) -> Dialog[object]:
    """Wait until a dialog is open and listens."""
    await eventually(
        pilot, lambda: isinstance(pilot.app.screen, Dialog) and pilot.app.screen.is_ready
    )
    screen = pilot.app.screen
    assert isinstance(screen, Dialog)
    return screen


class Typed(str):
    """Text to be typed, rather than the name of a key."""

    __slots__ = ()


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys and type texts; the characters of a text follow each other without a pause."""
    for key in keys:
        if not isinstance(key, Typed):
            await pilot.press(key)
            continue
        for char in key:
            pilot.app.post_message(events.Key(char, char))
        await pilot.pause()


def shown_text(pilot: Pilot[None]) -> str:
    """All that is on screen, as lines of text."""
    return "\n".join(
        "".join(segment.text for segment in line)
        for line in pilot.app.screen._compositor.render_strips()
    )
