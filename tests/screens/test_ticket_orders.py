"""Orders typed on the keyboard, as the engine receives them."""

from __future__ import annotations

from decimal import Decimal

from textual.widgets import Input

from polyterm.models.complaint import Complaint
from polyterm.models.enums import EndAction, Side, Urgency, VenueName
from polyterm.screens.confirm import ConfirmDialog, TypedWordDialog
from polyterm.strategies.iceberg_params import IcebergParams
from polyterm.strategies.micro_price import MicroPriceParams
from polyterm.widgets.ticket import Ticket
from tests.screens.console import (
    Typed,
    an_engine,
    console,
    dialog_ready,
    eventually,
    press,
    shown_text,
)


async def test_an_iceberg_of_500_shares_is_typed_and_submitted() -> None:
    engine = an_engine()
    async with console(engine) as pilot:
        await press(pilot, "n", Typed("500"), "down", Typed("0.55"), "enter")
        await eventually(pilot, lambda: "order-000001"[-6:] in shown_text(pilot))
        assert pilot.app.screen.query_one("#field-size", Input).value == ""
        assert "▲" not in shown_text(pilot)
    (request,) = engine.submitted
    assert request.strategy == "iceberg"
    assert request.side is Side.BUY
    assert (request.size, request.max_price) == (Decimal(500), Decimal("0.55"))
    assert request.token_id == "11"
    assert request.params == IcebergParams()
    assert not request.confirmed


async def test_a_micro_price_sell_of_the_other_outcome_with_its_own_numbers() -> None:
    engine = an_engine()
    async with console(engine) as pilot:
        await pilot.press("f", "n", "up", "right", "up", "right")
        await press(pilot, "down", "down", Typed("40"), "down", Typed("0.6"), "down", "right")
        await press(pilot, "down", "right", "down", Typed("90"), "down", "left")
        await press(pilot, "down", "home", "ctrl+k", Typed("75"), "ctrl+s")
        await eventually(pilot, lambda: bool(engine.submitted))
    (request,) = engine.submitted
    assert request.token_id == "12"
    assert (request.side, request.min_price, request.max_price) == (
        Side.SELL,
        Decimal("0.6"),
        None,
    )
    assert request.urgency is Urgency.HIGH
    assert request.post_only
    assert request.deadline_s == Decimal(90)
    assert request.end_action is EndAction.LEAVE
    assert isinstance(request.params, MicroPriceParams)
    assert request.params.threshold_bps == 75


async def test_a_wrong_field_is_named_with_its_reason_and_nothing_is_sent() -> None:
    engine = an_engine()
    async with console(engine) as pilot:
        await press(pilot, "n", Typed("500"), "down", Typed("1.5"), "enter")
        await pilot.pause()
        screen = shown_text(pilot)
    assert not engine.submitted
    assert "▲ input should be less than 1" in screen
    assert screen.index("Highest price") < screen.index("▲ input should be less than 1")


async def test_a_field_is_checked_while_it_is_typed_and_untouched_ones_are_left_alone() -> None:
    async with console(an_engine()) as pilot:
        await press(pilot, "n", Typed("0"))
        await pilot.pause()
        screen = shown_text(pilot)
    assert "▲ input should be greater than 0" in screen
    assert "needs one" not in screen


async def test_a_rule_between_two_fields_shows_at_the_field_at_fault() -> None:
    async with console(an_engine()) as pilot:
        await press(pilot, "n", Typed("50"), "down", Typed("0.5"))
        ticket = pilot.app.screen.query_one(Ticket)
        ticket.query_one("#field-min_delay_s", Input).value = "9"
        ticket.query_one("#field-max_delay_s", Input).value = "2"
        await pilot.press("ctrl+s")
        await pilot.pause()
        row = ticket._form.row("max_delay_s")
        assert row.has_class("-refused")
        assert str(row._complaint.render()).strip() == "▲ must not be below min_delay_s"


async def test_the_engines_refusal_shows_at_its_field() -> None:
    engine = an_engine()
    engine.refusals = [(Complaint("size", "at least 5 shares"), Complaint("", "market is closed"))]
    async with console(engine) as pilot:
        await press(pilot, "n", Typed("1"), "down", Typed("0.5"), "enter")
        await eventually(pilot, lambda: "▲ at least 5 shares" in shown_text(pilot))
        form = pilot.app.screen.query_one(Ticket)._form
        assert str(form._general.render()) == "▲ market is closed"


async def test_a_large_order_is_submitted_again_as_confirmed_after_a_yes() -> None:
    engine = an_engine()
    engine.refusals = [(Complaint("confirmed", "this order is worth $5,500.00"),), ()]
    async with console(engine) as pilot:
        await press(pilot, "n", Typed("10000"), "down", Typed("0.55"), "enter")
        assert isinstance(await dialog_ready(pilot), ConfirmDialog)
        assert "worth $5,500.00" in shown_text(pilot)
        await pilot.press("y")
        await eventually(pilot, lambda: len(engine.submitted) == 2)
    assert [request.confirmed for request in engine.submitted] == [False, True]


async def test_a_large_order_refused_by_the_trader_is_not_sent_again() -> None:
    engine = an_engine()
    engine.refusals = [(Complaint("confirmed", "this order is worth $5,500.00"),)]
    async with console(engine) as pilot:
        await press(pilot, "n", Typed("10000"), "down", Typed("0.55"), "enter")
        await dialog_ready(pilot)
        await pilot.press("n")
        await eventually(pilot, lambda: not isinstance(pilot.app.screen, ConfirmDialog))
        assert shown_text(pilot).count("10000") == 1
    assert len(engine.submitted) == 1


async def test_enter_pressed_twice_is_one_order() -> None:
    engine = an_engine()
    async with console(engine) as pilot:
        await press(pilot, "n", Typed("500"), "down", Typed("0.55"), "enter", "enter")
        await eventually(pilot, lambda: bool(engine.submitted))
        await pilot.pause()
    assert len(engine.submitted) == 1


async def test_live_asks_for_a_typed_word_before_the_first_order_only() -> None:
    engine = an_engine(VenueName.LIVE)
    async with console(engine) as pilot:
        await press(pilot, "n", Typed("10"), "down", Typed("0.55"), "enter")
        assert isinstance(await dialog_ready(pilot), TypedWordDialog)
        assert "traded for real" in shown_text(pilot)
        await press(pilot, Typed("yes"), "enter")
        await pilot.pause()
        assert "▲ that is not LIVE" in shown_text(pilot)
        assert not engine.submitted
        await press(pilot, "ctrl+u", Typed("live"), "enter")
        await eventually(pilot, lambda: len(engine.submitted) == 1)
        await press(pilot, "up", Typed("10"), "enter")
        await eventually(pilot, lambda: len(engine.submitted) == 2)


async def test_a_click_on_a_price_fills_the_limit() -> None:
    engine = an_engine()
    async with console(engine) as pilot:
        await eventually(pilot, lambda: "0.5540" in shown_text(pilot))
        lines = shown_text(pilot).splitlines()
        row = next(y for y, line in enumerate(lines) if "│ 0.55" in line)
        await pilot.click(offset=(lines[row].index("0.55"), row))
        limit = pilot.app.screen.query_one("#field-max_price", Input)
        await eventually(pilot, lambda: limit.value == "0.55")
