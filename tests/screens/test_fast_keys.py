"""Keys that arrive in one burst, as after a stall: each must reach the field it was meant for."""

from __future__ import annotations

import pytest
from textual import events
from textual.widgets import Input

from polyterm.widgets.form import Form
from tests.screens.console import Typed, an_engine, console, eventually, press


@pytest.mark.parametrize("next_field", ["tab", "down"])
async def test_what_is_typed_after_next_field_goes_to_the_next_field(next_field: str) -> None:
    async with console(an_engine()) as pilot:
        await press(pilot, "n", Typed("50"))
        burst = [(next_field, None), *((char, char) for char in "0.66")]
        for key, character in burst:
            pilot.app.post_message(events.Key(key, character))
        price = pilot.app.screen.query_one("#field-max_price", Input)
        await eventually(pilot, lambda: price.value == "0.66")
        assert pilot.app.screen.query_one("#field-size", Input).value == "50"


async def test_what_is_typed_after_a_deletion_is_not_deleted() -> None:
    async with console(an_engine()) as pilot:
        await press(pilot, "n", Typed("50"), "down", Typed("0.66"))
        for key in ("backspace", "backspace", "5", "left", "4", "end", "ctrl+u", *"0.62"):
            character = key if len(key) == 1 else None
            pilot.app.post_message(events.Key({".": "full_stop"}.get(key, key), character))
        price = pilot.app.screen.query_one("#field-max_price", Input)
        await eventually(pilot, lambda: price.value == "0.62")


async def test_a_field_that_is_wrong_is_brought_into_sight_when_it_is_submitted() -> None:
    async with console(an_engine(), size=(80, 24)) as pilot:
        await press(pilot, "n", "up", "right", "right", "down", "down", Typed("0.66"), "enter")
        form = pilot.app.screen.query_one("#ticket").query_one(Form)
        await eventually(pilot, lambda: form.row("probability").region.y > 0)
        await eventually(pilot, lambda: form.region.contains_region(form.row("probability").region))
