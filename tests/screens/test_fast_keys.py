"""Keys that arrive in one burst, as after a stall: each must reach the field it was meant for."""

from __future__ import annotations

import pytest
from textual import events
from textual.widgets import Input

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
