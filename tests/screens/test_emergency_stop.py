"""The stop: one chord, from anywhere, and its proof on screen."""

from __future__ import annotations

import asyncio

import pytest

from polyterm.models.events import StopState
from polyterm.models.views import StopView
from polyterm.screens.confirm import TypedWordDialog
from polyterm.widgets.stop_banner import stop_lines
from tests.fakes.pictures import NOW_MS
from tests.screens.console import (
    Typed,
    an_engine,
    console,
    dialog_ready,
    eventually,
    press,
    shown_text,
)


@pytest.mark.parametrize("keys", [("n",), ("question_mark",)])
async def test_ctrl_x_stops_from_anywhere(keys: tuple[str, ...]) -> None:
    engine = an_engine()
    async with console(engine) as pilot:
        await pilot.press(*keys, "ctrl+x")
        await eventually(pilot, lambda: len(engine.stops) == 1)
        await eventually(pilot, lambda: "STOPPING" in shown_text(pilot))


async def test_ctrl_x_stops_over_a_dialog_with_an_input_focused_and_not_yet_listening() -> None:
    engine = an_engine()
    async with console(engine) as pilot:
        await pilot.press("k", "ctrl+x")
        await eventually(pilot, lambda: len(engine.stops) == 1)


async def test_the_stop_is_under_way_before_the_key_press_is_over() -> None:
    engine = an_engine()
    gate = asyncio.Event()
    asked: list[str] = []

    async def never_ends(reason: str = "") -> None:
        asked.append(reason)
        await gate.wait()

    engine.emergency_stop = never_ends  # type: ignore[method-assign]
    async with console(engine) as pilot:
        await pilot.press("ctrl+x")
        await eventually(pilot, lambda: bool(asked))
        await press(pilot, "n", Typed("12"))
        assert "12" in shown_text(pilot)
        gate.set()


async def test_the_banner_says_what_is_proved_over_whatever_is_open() -> None:
    engine = an_engine()
    async with console(engine, size=(80, 24)) as pilot:
        await pilot.press("question_mark")
        engine.set_health(
            stop=StopView(state=StopState.STOP_UNVERIFIED, since_ms=NOW_MS), can_trade=False
        )
        await eventually(pilot, lambda: "STOP UNVERIFIED" in shown_text(pilot))
        await dialog_ready(pilot)
        await pilot.press("escape")
        verified = StopView(state=StopState.STOPPED_VERIFIED, since_ms=NOW_MS, open_orders=0)
        engine.set_health(stop=verified)
        await eventually(
            pilot, lambda: "STOPPED, VERIFIED: 0 open orders" in shown_text(pilot).splitlines()[0]
        )


@pytest.mark.parametrize(
    ("stop", "words"),
    [
        (
            StopView(state=StopState.STOPPING, since_ms=NOW_MS, reason="on the keyboard"),
            ("STOPPING", "hand-placed ones included", "14:00:00 UTC, on the keyboard"),
        ),
        (
            StopView(state=StopState.STOPPED_VERIFIED, since_ms=NOW_MS, open_orders=0),
            ("STOPPED, VERIFIED: 0 open orders", "read back: 14:00:00 UTC", "re-arm"),
        ),
        (
            StopView(state=StopState.STOP_UNVERIFIED, since_ms=NOW_MS, reason="no answer"),
            ("STOP UNVERIFIED", "read back: never", "still trying", "no answer"),
        ),
        (
            StopView(state=StopState.STOP_UNVERIFIED, since_ms=NOW_MS, open_orders=3),
            ("STOP UNVERIFIED", "read back: still 3 open"),
        ),
    ],
)
def test_the_banners_lines_fit_a_narrow_terminal_and_say_the_proof(
    stop: StopView, words: tuple[str, ...]
) -> None:
    lines = stop_lines(stop)
    assert [word for word in words if word not in "\n".join(lines)] == []
    assert max(len(line) for line in lines) <= 78


async def test_rearming_takes_a_typed_word() -> None:
    engine = an_engine()
    async with console(engine) as pilot:
        engine.set_health(stop=StopView(state=StopState.STOPPED_VERIFIED, open_orders=0))
        await eventually(pilot, lambda: "STOPPED, VERIFIED" in shown_text(pilot))
        await pilot.press("R")
        assert isinstance(await dialog_ready(pilot), TypedWordDialog)
        await press(pilot, "enter", Typed("no"), "enter")
        assert engine.rearms == 0
        await press(pilot, "ctrl+u", Typed("rearm"), "enter")
        await eventually(pilot, lambda: engine.rearms == 1)
        await eventually(pilot, lambda: "STOPPED" not in shown_text(pilot))


async def test_nothing_is_rearmed_while_nothing_is_stopped() -> None:
    engine = an_engine()
    async with console(engine) as pilot:
        await pilot.press("R")
        await eventually(pilot, lambda: "Nothing is stopped" in shown_text(pilot))
    assert engine.rearms == 0
