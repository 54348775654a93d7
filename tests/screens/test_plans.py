"""The plan of an order: shown while it is typed, and never exchanged for another in silence."""

from __future__ import annotations

from dataclasses import replace

from polyterm.models.money import UNIT
from polyterm.screens.confirm import ConfirmDialog
from polyterm.widgets.form import Form
from tests.fakes.exchange import YES
from tests.screens.console import Typed, dialog_ready, eventually, press, shown_text
from tests.screens.trading import Trading, trading

TRANCHE = ["down"] * 5


async def type_order(desk: Trading, size: str, limit: str, tranche: str = "") -> None:
    """Fill the ticket for an iceberg."""
    await press(desk.pilot, "n", "ctrl+u", Typed(size), "down", "ctrl+u", Typed(limit))
    if tranche:
        await press(desk.pilot, *TRANCHE, "ctrl+u", Typed(tranche))


async def sees(desk: Trading, *words: str) -> None:
    """Wait until all of that is on screen."""
    await eventually(desk.pilot, lambda: all(word in shown_text(desk.pilot) for word in words))


async def grow_minimum(desk: Trading, shares: int) -> None:
    """Let the exchange ask for larger orders from now on."""
    desk.exchange.market = replace(desk.exchange.market, min_size=shares * UNIT)
    await desk.engine._desk.refresh_market(YES)


async def test_the_plan_follows_what_is_typed() -> None:
    async with trading() as desk:
        await type_order(desk, "100", "0.52")
        await sees(desk, "10 tranches of about 10 shares", "enter: at most $53.00 with fees")
        await press(desk.pilot, *TRANCHE, Typed("25"))
        await sees(desk, "4 tranches of about 25 shares", "4 x 25 shares, one after the other")
        await press(desk.pilot, "ctrl+u", Typed("x"))
        await sees(desk, "the plan shows here")
        assert desk.engine.list_orders() == ()


async def test_what_the_engine_would_refuse_is_told_while_it_is_typed() -> None:
    async with trading() as desk:
        await type_order(desk, "100", "0.525")
        await sees(desk, "▲ refused: 0.525 is off the", "0.52 or 0.53")


async def test_an_order_that_can_be_done_as_asked_asks_nothing() -> None:
    async with trading() as desk:
        await type_order(desk, "100", "0.52")
        await press(desk.pilot, "enter")
        await eventually(desk.pilot, lambda: len(desk.engine.list_orders()) == 1)
        assert not isinstance(desk.pilot.app.screen, ConfirmDialog)


async def test_what_was_rewritten_is_agreed_to_before_it_is_sent() -> None:
    async with trading() as desk:
        await type_order(desk, "100", "0.52", "2")
        await sees(desk, "▲ tranches of 5 shares instead of 2")
        await press(desk.pilot, "enter")
        await dialog_ready(desk.pilot)
        await sees(desk, "Not quite as asked", "not as asked: tranches of 5 shares instead of 2")
        assert desk.engine.list_orders() == ()
        await press(desk.pilot, "n")
        await eventually(desk.pilot, lambda: not isinstance(desk.pilot.app.screen, ConfirmDialog))
        assert desk.engine.list_orders() == ()
        await press(desk.pilot, "enter")
        await dialog_ready(desk.pilot)
        await press(desk.pilot, "y")
        await eventually(desk.pilot, lambda: len(desk.engine.list_orders()) == 1)


async def test_a_plan_that_is_another_one_by_now_is_asked_about() -> None:
    async with trading() as desk:
        await type_order(desk, "100", "0.52")
        await sees(desk, "10 tranches of about 10 shares")
        await grow_minimum(desk, 50)
        await press(desk.pilot, "enter")
        await dialog_ready(desk.pilot)
        await sees(desk, "The plan is another one now", "2 x 50 shares")
        assert desk.engine.list_orders() == ()


async def test_a_plan_that_changes_while_the_question_stands_is_asked_about_again() -> None:
    async with trading() as desk:
        await type_order(desk, "100", "0.52", "2")
        await press(desk.pilot, "enter")
        await dialog_ready(desk.pilot)
        await grow_minimum(desk, 50)
        await press(desk.pilot, "y")
        await sees(desk, "The plan is another one now", "2 x 50 shares")
        await dialog_ready(desk.pilot)
        assert desk.engine.list_orders() == ()
        await press(desk.pilot, "y")
        await eventually(desk.pilot, lambda: len(desk.engine.list_orders()) == 1)


async def test_a_large_order_shows_its_plan_in_the_one_question_about_it() -> None:
    async with trading(large_order="20") as desk:
        await type_order(desk, "100", "0.52", "2")
        await sees(desk, "asks first: worth up to")
        await press(desk.pilot, "enter")
        await dialog_ready(desk.pilot)
        await sees(desk, "not as asked: tranches of 5 shares", "worth up to $52.00")
        await press(desk.pilot, "y")
        await eventually(desk.pilot, lambda: len(desk.engine.list_orders()) == 1)


async def test_on_a_small_terminal_the_plan_leaves_the_form_and_the_last_line_in_sight() -> None:
    async with trading((80, 24)) as desk:
        await type_order(desk, "100", "0.52", "2")
        await sees(
            desk,
            "20 tranches of about 5 shares",
            "▲ tranches of 5 shares instead of",
            "enter: at most",
        )
        form = desk.pilot.app.screen.query_one("#ticket").query_one(Form)
        assert form.size.height >= 10
        assert desk.pilot.app.focused is not None
        assert form.region.contains_region(desk.pilot.app.focused.region)
