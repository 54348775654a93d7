"""Ways out, and what becomes of working orders."""

from __future__ import annotations

import pytest

from polyterm.app import PolytermApp
from polyterm.engine.settings import ExitPolicy
from polyterm.models.enums import OrderStatus
from polyterm.screens.quit import QuitDialog
from tests.fakes.pictures import an_order
from tests.screens.console import an_engine, console, dialog_ready, eventually, shown_text


@pytest.mark.parametrize(("key", "choice"), [("c", ExitPolicy.CANCEL), ("l", ExitPolicy.LEAVE)])
async def test_quitting_with_working_orders_asks(key: str, choice: ExitPolicy) -> None:
    engine = an_engine()
    engine.set_order(an_order(1, engine.markets[0]))
    async with console(engine) as pilot:
        app = pilot.app
        assert isinstance(app, PolytermApp)
        await pilot.press("ctrl+q")
        await dialog_ready(pilot)
        assert "1 order is still at work" in shown_text(pilot)
        await pilot.press(key)
        await eventually(pilot, lambda: not app.is_running)
    assert app.exit_choice is choice


async def test_staying_is_what_enter_does() -> None:
    engine = an_engine()
    engine.set_order(an_order(1, engine.markets[0]))
    async with console(engine) as pilot:
        await pilot.press("ctrl+q")
        await dialog_ready(pilot)
        await pilot.press("enter")
        await eventually(pilot, lambda: not isinstance(pilot.app.screen, QuitDialog))
        assert pilot.app.is_running
        assert isinstance(pilot.app, PolytermApp)
        assert pilot.app.exit_choice is None


async def test_quitting_with_finished_orders_only_asks_nothing() -> None:
    engine = an_engine()
    engine.set_order(an_order(1, engine.markets[0], OrderStatus.COMPLETED, 500))
    async with console(engine) as pilot:
        await pilot.press("ctrl+q")
        await eventually(pilot, lambda: not pilot.app.is_running)


async def test_a_signals_exit_asks_nothing() -> None:
    engine = an_engine()
    engine.set_order(an_order(1, engine.markets[0]))
    async with console(engine) as pilot:
        assert isinstance(pilot.app, PolytermApp)
        pilot.app.request_exit()
        await eventually(pilot, lambda: not pilot.app.is_running)
        assert pilot.app.exit_choice is None


async def test_ctrl_c_only_says_how_to_quit() -> None:
    async with console(an_engine()) as pilot:
        await pilot.press("ctrl+c")
        await eventually(pilot, lambda: "ctrl+q quits" in shown_text(pilot))
        assert pilot.app.is_running
