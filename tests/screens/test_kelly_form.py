"""The Kelly form: what it shows while typing, and the order it makes."""

from __future__ import annotations

from decimal import Decimal

from polyterm.models.complaint import Complaint
from polyterm.screens.kelly import KellyDialog
from polyterm.strategies.kelly_params import KellyParams
from tests.screens.console import (
    Typed,
    an_engine,
    console,
    dialog_ready,
    eventually,
    press,
    shown_text,
)


async def test_probability_gives_a_stake_while_typing() -> None:
    async with console(an_engine()) as pilot:
        await pilot.press("k")
        await dialog_ready(pilot)
        await press(pilot, Typed("0.67"))
        await eventually(pilot, lambda: "All-in price" in shown_text(pilot))
        screen = shown_text(pilot)
    assert "+11.00¢ a share" in screen
    assert "0.5600 taker" in screen
    assert "25.00%" in screen
    assert "12.50%" in screen
    assert "$1,000.00 = cash $1,000.00 + positions $0.00" in screen


async def test_one_key_makes_it_an_order() -> None:
    engine = an_engine()
    async with console(engine) as pilot:
        await pilot.press("k")
        await dialog_ready(pilot)
        await press(pilot, Typed("0.67"), "down", "home", "ctrl+k", Typed("0.25"), "ctrl+s")
        await eventually(pilot, lambda: bool(engine.submitted))
        await eventually(pilot, lambda: not isinstance(pilot.app.screen, KellyDialog))
    (request,) = engine.submitted
    assert request.strategy == "kelly"
    assert isinstance(request.params, KellyParams)
    assert request.params.probability == Decimal("0.67")
    assert request.params.fraction == Decimal("0.25")
    assert request.max_price == Decimal("0.56")
    assert request.size is None


async def test_a_probability_above_one_is_refused_at_its_field() -> None:
    engine = an_engine()
    async with console(engine) as pilot:
        await pilot.press("k")
        await dialog_ready(pilot)
        await press(pilot, Typed("1.2"), "ctrl+s")
        await pilot.pause()
        assert "▲ input should be less than 1" in shown_text(pilot)
    assert not engine.submitted


async def test_the_engines_refusal_keeps_the_form_open() -> None:
    engine = an_engine()
    engine.refusals = [(Complaint("max_price", "not on the market's grid"),)]
    async with console(engine) as pilot:
        await pilot.press("k")
        await dialog_ready(pilot)
        await press(pilot, Typed("0.67"), "enter")
        await eventually(pilot, lambda: "▲ not on the market's grid" in shown_text(pilot))
        assert isinstance(pilot.app.screen, KellyDialog)


async def test_no_edge_is_said_in_words() -> None:
    async with console(an_engine()) as pilot:
        await pilot.press("k")
        await dialog_ready(pilot)
        await press(pilot, Typed("0.50"))
        await eventually(pilot, lambda: "-6.00¢ a share" in shown_text(pilot))
        lines = [line for line in shown_text(pilot).splitlines() if "· " in line]
    assert lines
