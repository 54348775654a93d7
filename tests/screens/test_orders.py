"""Orders at work on the trade screen and on their own page."""

from __future__ import annotations

import msgspec

from polyterm.models.enums import OrderStatus, Side, TradeStatus, VenueName
from polyterm.models.events import Filled, FillSettled, OrderAdjusted
from polyterm.models.ids import ChildId, OrderId, TradeId
from polyterm.models.money import UNIT
from polyterm.models.views import AdjustmentView, FillView
from polyterm.screens.confirm import ConfirmDialog
from polyterm.screens.order_detail import OrderScreen
from tests.fakes.pictures import NOW_MS, an_order, child
from tests.screens.console import an_engine, console, dialog_ready, eventually, shown_text

FIRST = OrderId("order-000001")


async def test_an_order_shows_its_progress_and_moves_with_it() -> None:
    engine = an_engine()
    order = an_order(1, engine.markets[0])
    engine.set_order(order)
    async with console(engine, size=(160, 50)) as pilot:
        await eventually(pilot, lambda: "resting inside the band" in shown_text(pilot))
        engine.set_order(
            msgspec.structs.replace(
                order,
                filled=250 * UNIT,
                paid=137_500_000,
                status=OrderStatus.PARTIALLY_FILLED,
                reason="waiting for a better price",
            )
        )
        await eventually(pilot, lambda: "waiting for a better price" in shown_text(pilot))
        line = next(t for t in shown_text(pilot).splitlines() if "000001" in t)
    assert "filling" in line
    assert "██▌··  50%" in line
    assert "0.5500" in line


async def test_cancelling_from_the_table_cancels_the_picked_order() -> None:
    engine = an_engine()
    engine.set_order(an_order(1, engine.markets[0]))
    engine.set_order(an_order(2, engine.markets[1]))
    async with console(engine) as pilot:
        await eventually(pilot, lambda: "000002" in shown_text(pilot))
        await pilot.press("o", "down", "c")
        await eventually(pilot, lambda: engine.cancelled == [FIRST])


async def test_with_real_money_cancelling_asks_first() -> None:
    engine = an_engine(VenueName.LIVE)
    engine.set_order(an_order(1, engine.markets[0]))
    async with console(engine) as pilot:
        await eventually(pilot, lambda: "000001" in shown_text(pilot))
        await pilot.press("o", "c")
        assert isinstance(await dialog_ready(pilot), ConfirmDialog)
        assert not engine.cancelled
        await pilot.press("y")
        await eventually(pilot, lambda: engine.cancelled == [FIRST])


async def test_pause_holds_and_lets_go() -> None:
    engine = an_engine()
    engine.set_order(an_order(1, engine.markets[0]))
    async with console(engine) as pilot:
        await eventually(pilot, lambda: "000001" in shown_text(pilot))
        await pilot.press("o", "p")
        await eventually(pilot, lambda: engine.paused == [FIRST])
        await eventually(pilot, lambda: "paused" in shown_text(pilot))
        await pilot.press("p")
        await eventually(pilot, lambda: engine.resumed == [FIRST])


async def test_finished_orders_are_shown_when_asked_for() -> None:
    engine = an_engine()
    engine.set_order(an_order(1, engine.markets[0], OrderStatus.COMPLETED, 500))
    async with console(engine) as pilot:
        await eventually(pilot, lambda: "1 finished, hidden" in shown_text(pilot))
        assert "000001" not in shown_text(pilot)
        await pilot.press("h")
        await eventually(pilot, lambda: "000001" in shown_text(pilot))


async def test_the_cursor_stays_on_its_order_when_another_arrives() -> None:
    engine = an_engine()
    engine.set_order(an_order(1, engine.markets[0]))
    async with console(engine) as pilot:
        await eventually(pilot, lambda: "000001" in shown_text(pilot))
        engine.set_order(an_order(2, engine.markets[0]))
        await eventually(pilot, lambda: "000002" in shown_text(pilot))
        await pilot.press("o", "c")
        await eventually(pilot, lambda: engine.cancelled == [FIRST])


async def test_facts_become_lines_of_the_log_in_order() -> None:
    engine = an_engine()
    async with console(engine, size=(160, 50)) as pilot:
        what = {"order_id": FIRST, "child_id": ChildId("0xc"), "trade_id": TradeId("t")}
        engine.tell(
            Filled(
                at_ms=NOW_MS,
                side=Side.BUY,
                price=5500,
                size=50 * UNIT,
                fee=0,
                is_maker=True,
                **what,
            )
        )
        engine.tell(
            OrderAdjusted(
                at_ms=NOW_MS,
                order_id=FIRST,
                old_price=5400,
                new_price=5500,
                size=50 * UNIT,
                number=1,
                reason="out of band",
            )
        )
        engine.tell(
            FillSettled(at_ms=NOW_MS, status=TradeStatus.FAILED, price=5500, size=50 * UNIT, **what)
        )
        await eventually(pilot, lambda: "settlement failed" in shown_text(pilot))
        screen = shown_text(pilot)
    assert "◆ 000001 bought 50 at 0.55, maker" in screen
    assert "moved 0.54 → 0.55 (#1): out of" in screen
    assert screen.index("bought 50") < screen.index("moved 0.54")


async def test_the_page_of_an_order_that_ended_is_read_once() -> None:
    engine = an_engine()
    over = an_order(1, engine.markets[0], filled=500)
    engine.set_order(msgspec.structs.replace(over, status=OrderStatus.COMPLETED))
    async with console(engine) as pilot:
        await eventually(pilot, lambda: "1 finished" in shown_text(pilot))
        await pilot.press("o", "h")
        await eventually(pilot, lambda: "000001" in shown_text(pilot))
        await pilot.press("enter")
        await eventually(pilot, lambda: engine.looked_up == [FIRST])
        engine.set_order(an_order(2, engine.markets[0]))
        await pilot.pause(1)
        assert engine.looked_up == [FIRST]


async def test_an_order_that_cannot_be_read_is_said_so() -> None:
    engine = an_engine()
    engine.set_order(an_order(1, engine.markets[0]))
    engine.unreadable = "the journal cannot be used: the disk reports an error"
    async with console(engine) as pilot:
        await eventually(pilot, lambda: "000001" in shown_text(pilot))
        await pilot.press("o", "enter")
        await eventually(pilot, lambda: "the disk reports an error" in shown_text(pilot))


async def test_the_page_of_an_order_shows_children_fills_and_adjustments() -> None:
    engine = an_engine()
    engine.set_order(an_order(1, engine.markets[0], filled=120))
    engine.children[FIRST] = (child(FIRST, 5500, 380 * UNIT),)
    engine.fills[FIRST] = (
        FillView(
            trade_id=TradeId("trade-1"),
            child_id=ChildId("0xc"),
            order_id=FIRST,
            side=Side.BUY,
            price=5500,
            size=120 * UNIT,
            fee=0,
            is_maker=True,
            status=TradeStatus.MINED,
            at_ms=NOW_MS,
        ),
    )
    engine.adjustments[FIRST] = (
        AdjustmentView(
            number=1,
            at_ms=NOW_MS,
            old_price=5400,
            new_price=5500,
            size=380 * UNIT,
            reason="out of band",
        ),
    )
    async with console(engine) as pilot:
        await eventually(pilot, lambda: "000001" in shown_text(pilot))
        await pilot.press("o", "enter")
        await eventually(pilot, lambda: isinstance(pilot.app.screen, OrderScreen))
        await eventually(pilot, lambda: "0.54 → 0.55" in shown_text(pilot))
        screen = shown_text(pilot)
        assert "tranche 1" in screen
        assert "mined" in screen
        assert "arrival 0.5534" in screen
        assert "-0.34¢ a share, $0.40 better than arrival" in screen
        await pilot.press("escape")
        await eventually(pilot, lambda: not isinstance(pilot.app.screen, OrderScreen))
