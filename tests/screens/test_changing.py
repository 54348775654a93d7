"""A working order changed by keys, with the real engine behind them."""

from __future__ import annotations

from decimal import Decimal
from typing import cast

from textual.widgets import Input

from polyterm.models.enums import Urgency
from polyterm.models.order_change import OrderChange
from polyterm.models.order_request import OrderRequest
from polyterm.screens.change import ChangeDialog
from polyterm.screens.confirm import ConfirmDialog
from polyterm.screens.order_changes import OrderChanges
from polyterm.screens.order_detail import OrderScreen
from polyterm.screens.trade import TradeScreen
from tests.engine.desk import iceberg, kelly, micro
from tests.screens.console import Typed, dialog_ready, eventually, press, shown_text
from tests.screens.trading import Trading, listed, trading


async def open_form(desk: Trading, request: OrderRequest) -> None:
    """Let an order work, and open the form on it."""
    await desk.engine.submit_order(request)
    await eventually(desk.pilot, lambda: bool(desk.order.working))
    await listed(desk)
    await press(desk.pilot, "o", "e")
    assert isinstance(await dialog_ready(desk.pilot), ChangeDialog)


async def sees(desk: Trading, *words: str) -> None:
    """Wait until all of that is on screen."""
    await eventually(desk.pilot, lambda: all(word in shown_text(desk.pilot) for word in words))


def value(desk: Trading, name: str) -> str:
    """What a field of the form holds."""
    return desk.pilot.app.screen.query_one(f"#field-{name}", Input).value


async def test_a_lower_limit_is_shown_as_a_difference_and_taken_at_once() -> None:
    async with trading() as desk:
        await open_form(desk, iceberg())
        assert (value(desk, "size"), value(desk, "max_price")) == ("100", "0.55")
        await press(desk.pilot, "ctrl+u", Typed("0.50"))
        await sees(desk, "limit 0.55 → 0.50", "costs at most $56.00 → $51.00")
        await press(desk.pilot, "enter")
        await eventually(desk.pilot, lambda: desk.order.worst_price == 5_000)
        await sees(desk, "Order", "changed", "limit 0.55 → 0.50")


async def test_more_risk_is_asked_about_and_no_is_no() -> None:
    async with trading() as desk:
        await open_form(desk, iceberg())
        await press(desk.pilot, "up", "ctrl+u", Typed("200"), "down", "ctrl+u", Typed("0.57"))
        await sees(desk, "it may buy 100 shares more", "it may pay 0.02 more a share")
        await sees(desk, "now 5 tranches of about 20 shares", "then 10 tranches of about 20 shares")
        await press(desk.pilot, "enter")
        await eventually(desk.pilot, lambda: isinstance(desk.pilot.app.screen, ConfirmDialog))
        await dialog_ready(desk.pilot)
        await press(desk.pilot, "n")
        await eventually(desk.pilot, lambda: isinstance(desk.pilot.app.screen, ChangeDialog))
        assert desk.order.size == 100_000_000
        await press(desk.pilot, "enter")
        await eventually(desk.pilot, lambda: isinstance(desk.pilot.app.screen, ConfirmDialog))
        await dialog_ready(desk.pilot)
        await press(desk.pilot, "y")
        await eventually(desk.pilot, lambda: desk.order.size == 200_000_000)
        assert desk.order.worst_price == 5_700


async def test_what_is_refused_is_said_at_its_field_before_it_is_sent() -> None:
    async with trading() as desk:
        await open_form(desk, micro(size=100))
        await press(desk.pilot, "up", "ctrl+u", Typed("20"))
        await sees(desk, "▲ 100 shares are filled or working already", "Refused as it stands")
        await press(desk.pilot, "enter")
        await desk.pilot.pause()
        assert desk.order.size == 100_000_000
        await press(desk.pilot, "ctrl+u")
        await sees(desk, "cannot be taken away again")


async def test_nothing_changed_is_nothing_sent() -> None:
    async with trading() as desk:
        await open_form(desk, micro())
        await press(desk.pilot, "enter")
        await sees(desk, "nothing is changed yet")
        assert isinstance(desk.pilot.app.screen, ChangeDialog)


async def test_a_change_is_put_back_by_the_same_form() -> None:
    async with trading() as desk:
        await open_form(desk, micro(limit="0.50"))
        await press(desk.pilot, "ctrl+u", Typed("0.48"), "down", "right")
        await sees(desk, "urgency MEDIUM → HIGH")
        await press(desk.pilot, "enter")
        await eventually(desk.pilot, lambda: desk.order.worst_price == 4_800)
        await eventually(desk.pilot, lambda: not isinstance(desk.pilot.app.screen, ChangeDialog))
        await press(desk.pilot, "e")
        await dialog_ready(desk.pilot)
        await press(desk.pilot, "ctrl+z")
        await sees(desk, "limit 0.48 → 0.50")
        await press(desk.pilot, "enter")
        await eventually(desk.pilot, lambda: isinstance(desk.pilot.app.screen, ConfirmDialog))
        await dialog_ready(desk.pilot)
        await press(desk.pilot, "y")
        await eventually(desk.pilot, lambda: desk.order.worst_price == 5_000)
        assert desk.order.urgency is Urgency.MEDIUM


async def test_a_deadline_is_set_and_what_stood_before_cannot_always_come_back() -> None:
    async with trading() as desk:
        await open_form(desk, micro())
        await press(desk.pilot, "down", "down", Typed("90"))
        await sees(desk, "deadline none → in 90 s")
        await press(desk.pilot, "enter")
        await eventually(desk.pilot, lambda: desk.order.deadline_ms is not None)
        await eventually(desk.pilot, lambda: not isinstance(desk.pilot.app.screen, ChangeDialog))
        await press(desk.pilot, "e")
        await dialog_ready(desk.pilot)
        assert 80 < int(value(desk, "deadline_s")) <= 90
        await press(desk.pilot, "ctrl+z")
        await sees(desk, "It had no deadline to come")


async def test_the_form_shows_what_stands_though_the_table_may_be_a_moment_old() -> None:
    async with trading() as desk:
        await desk.engine.submit_order(micro(limit="0.50"))
        old = desk.order
        await desk.engine.change_order(old.order_id, OrderChange(max_price=Decimal("0.48")))
        screen = cast("TradeScreen", desk.pilot.app.screen)
        screen.run_worker(OrderChanges(screen._desk).change(screen, old))
        await dialog_ready(desk.pilot)
        assert value(desk, "max_price") == "0.48"


async def test_a_change_from_the_order_s_own_page() -> None:
    async with trading() as desk:
        await desk.engine.submit_order(micro(limit="0.50"))
        await eventually(desk.pilot, lambda: bool(desk.order.working))
        await listed(desk)
        await press(desk.pilot, "o", "enter")
        await eventually(desk.pilot, lambda: isinstance(desk.pilot.app.screen, OrderScreen))
        await press(desk.pilot, "e")
        await dialog_ready(desk.pilot)
        await press(desk.pilot, "ctrl+u", Typed("0.47"), "enter")
        await eventually(desk.pilot, lambda: desk.order.worst_price == 4_700)


async def test_another_s_change_in_between_is_shown_before_it_is_agreed_to() -> None:
    async with trading() as desk:
        await open_form(desk, iceberg())
        await press(desk.pilot, "ctrl+u", Typed("0.50"))
        await sees(desk, "limit 0.55 → 0.50")
        await desk.engine.change_order(desk.order.order_id, OrderChange(size=Decimal(60)))
        await press(desk.pilot, "enter")
        await sees(desk, "The plan was another one a moment ago")
        assert desk.order.worst_price == 5_500
        await press(desk.pilot, "enter")
        await eventually(desk.pilot, lambda: desk.order.worst_price == 5_000)
        assert desk.order.size == 60_000_000


async def test_the_size_of_a_kelly_order_is_its_cap() -> None:
    async with trading() as desk:
        await open_form(desk, kelly(size=Decimal(200)))
        assert value(desk, "size") == "200"
        await press(desk.pilot, "up", "ctrl+u", Typed("250"))
        await sees(desk, "size 200 → 250", "its stake may grow to 250 shares")


async def test_an_order_that_has_ended_is_left_alone() -> None:
    async with trading() as desk:
        await open_form(desk, micro())
        await desk.engine.cancel_order(desk.order.order_id)
        await eventually(desk.pilot, lambda: desk.order.status.is_final)
        await press(desk.pilot, "ctrl+u", Typed("0.47"))
        await sees(desk, "has already ended")
