"""A confirmation never fires from a key pressed before it was shown."""

from __future__ import annotations

from textual import events

from polyterm.screens.confirm import ConfirmDialog
from tests.fakes.pictures import an_order
from tests.screens.console import an_engine, console, dialog_ready, eventually


async def test_keys_pressed_in_a_row_with_the_one_that_opens_the_question_do_not_answer_it() -> (
    None
):
    engine = an_engine()
    engine.set_order(an_order(1, engine.markets[0]))
    async with console(engine) as pilot:
        await eventually(pilot, lambda: pilot.app.screen.query_one("#orders").row_count == 1)  # type: ignore[attr-defined]
        for key in ("c", "y", "enter", "y"):
            pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await dialog_ready(pilot)
        assert not engine.cancelled
        await pilot.press("y")
        await eventually(pilot, lambda: engine.cancelled == ["order-000001"])


async def test_a_key_queued_before_the_question_and_handled_after_it_is_dropped() -> None:
    engine = an_engine()
    engine.set_order(an_order(1, engine.markets[0]))
    async with console(engine) as pilot:
        await eventually(pilot, lambda: pilot.app.screen.query_one("#orders").row_count == 1)  # type: ignore[attr-defined]
        early = events.Key("y", "y")
        await pilot.press("c")
        dialog = await dialog_ready(pilot)
        pilot.app.post_message(early)
        await pilot.pause()
        assert pilot.app.screen is dialog
        assert isinstance(dialog, ConfirmDialog)
        assert not engine.cancelled
