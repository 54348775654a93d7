"""One declaration of commands behind keys, help and palette."""

from __future__ import annotations

from polyterm.screens.change import ChangeDialog
from polyterm.screens.commands import COMMANDS, Scope
from polyterm.screens.help import HelpDialog
from tests.fakes.pictures import an_order
from tests.screens.console import (
    Typed,
    an_app,
    an_engine,
    console,
    dialog_ready,
    eventually,
    press,
    shown_text,
)


def test_every_command_has_an_id_a_key_a_description_and_a_tooltip() -> None:
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)
    for command in COMMANDS:
        assert "." in command.id
        assert ": " in command.title
        binding = command.binding()
        assert binding.id
        assert binding.description
        assert binding.tooltip


def test_no_two_commands_of_a_screen_share_a_key() -> None:
    for scope in (Scope.TRADE, Scope.ORDER):
        keys = [key for c in COMMANDS if c.scope in {scope, Scope.APP} for key in c.key.split(",")]
        assert len(set(keys)) == len(keys)


async def test_help_lists_every_command() -> None:
    async with console(an_engine(), size=(120, 60)) as pilot:
        await pilot.press("question_mark")
        assert isinstance(await dialog_ready(pilot), HelpDialog)
        screen = shown_text(pilot)
        assert [c.label for c in COMMANDS if c.label not in screen] == []
        await pilot.press("escape")
        await eventually(pilot, lambda: not isinstance(pilot.app.screen, HelpDialog))


async def test_the_palette_finds_and_runs_a_command() -> None:
    async with console(an_engine()) as pilot:
        await press(pilot, "ctrl+p", Typed("size by kelly"))
        await eventually(pilot, lambda: "order: size by Kelly" in shown_text(pilot))
        await pilot.press("enter")
        await dialog_ready(pilot)
        assert "Probability" in shown_text(pilot)


async def test_the_key_map_of_the_settings_moves_a_key() -> None:
    engine = an_engine()
    app = an_app(engine, keymap={"stop.now": "f12", "market.flip": "x"})
    async with app.run_test(size=(120, 40)) as pilot:
        await eventually(pilot, lambda: bool(engine.watched))
        await pilot.press("x")
        await eventually(pilot, lambda: "BUY No" in shown_text(pilot))
        await pilot.press("f12")
        await eventually(pilot, lambda: len(engine.stops) == 1)
        await pilot.press("ctrl+x")
        await pilot.pause()
    assert len(engine.stops) == 1


async def test_all_keys_of_the_footer_fit_on_a_small_terminal() -> None:
    async with console(an_engine(), size=(80, 24)) as pilot:
        footer = shown_text(pilot).splitlines()[-1]
    assert [c.label for c in COMMANDS if c.is_shown and c.scope is not Scope.ORDER] == [
        c.label for c in COMMANDS if c.is_shown and c.scope is not Scope.ORDER and c.label in footer
    ]


async def test_the_key_of_a_change_can_be_moved() -> None:
    engine = an_engine()
    engine.set_order(an_order(1, engine.markets[0]))
    app = an_app(engine, keymap={"order.change": "x"})
    async with app.run_test(size=(120, 40)) as pilot:
        await eventually(pilot, lambda: "000001" in shown_text(pilot))
        await pilot.press("o", "x")
        assert isinstance(await dialog_ready(pilot), ChangeDialog)
