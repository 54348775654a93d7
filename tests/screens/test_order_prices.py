"""The chart on an order's page: drawn while it is seen, in words where there is no room."""

from __future__ import annotations

import msgspec
import pytest
from textual.pilot import Pilot

from polyterm.models.enums import ChildStatus, OrderStatus
from polyterm.models.ids import OrderId
from polyterm.screens.order_detail import OrderScreen
from polyterm.screens.order_prices import OrderPrices, price_words, stays
from polyterm.widgets.price_chart import PriceChart
from polyterm.widgets.price_trail import Look
from tests.fakes.engine import FakeEngine
from tests.fakes.pictures import NOW_MS, an_order, child, market, snapshot
from tests.screens.console import an_engine, console, eventually, shown_text

FIRST = OrderId("order-000001")
LOOK = Look(NOW_MS, 5_500, 5_600, 5_540.0, 5_440.0, 5_640.0)


def an_engine_at_work() -> FakeEngine:
    engine = an_engine()
    order = an_order(1, engine.markets[0])
    engine.set_order(order)
    engine.children[FIRST] = order.working
    return engine


async def open_page(pilot: Pilot[None]) -> None:
    await pilot.press("o")
    await eventually(pilot, lambda: "000001" in shown_text(pilot))
    await pilot.press("enter")
    await eventually(pilot, lambda: isinstance(pilot.app.screen, OrderScreen))


async def test_the_chart_shows_our_price_from_the_order_s_begin() -> None:
    async with console(an_engine_at_work(), size=(120, 40)) as pilot:
        await open_page(pilot)
        await eventually(pilot, lambda: "0.55 " in shown_text(pilot) and "━━━" in shown_text(pilot))
        screen = shown_text(pilot)
    assert "Price 13:59:00 - 14:00:00" in screen
    assert "━ ours" in screen
    assert "ours 0.55 · bid 0.55 · ask 0.56 · band 0.5440-0.5640, ours in it" in screen


async def test_a_small_terminal_has_the_words_and_all_tables() -> None:
    async with console(an_engine_at_work(), size=(80, 24)) as pilot:
        await open_page(pilot)
        await eventually(pilot, lambda: "ours 0.55 · bid 0.55" in shown_text(pilot))
        screen = shown_text(pilot)
    assert "━" not in screen
    assert all(title in screen for title in ("Children", "Fills", "Adjustments"))


async def test_a_move_of_the_book_is_drawn_and_nothing_is_drawn_while_it_is_not_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[object] = []
    real = OrderPrices.show_prices

    def counted(self: OrderPrices, *what: object) -> None:
        drawn.append(what)
        real(self, *what)  # type: ignore[arg-type]

    monkeypatch.setattr(OrderPrices, "show_prices", counted)
    engine = an_engine_at_work()
    of = engine.markets[0]
    async with console(engine, size=(120, 40)) as pilot:
        await open_page(pilot)
        engine.put(snapshot(of, bids=((5_200, 100),), asks=((5_300, 100),)))
        await eventually(pilot, lambda: "bid 0.52 · ask 0.53" in shown_text(pilot))
        assert "ours above it" in shown_text(pilot)
        await pilot.press("f1")
        await eventually(pilot, lambda: not isinstance(pilot.app.screen, OrderScreen))
        before = len(drawn)
        engine.put(snapshot(of, bids=((5_100, 100),), asks=((5_200, 100),)))
        await pilot.pause(0.8)
        assert len(drawn) == before
        await pilot.press("escape")
        await eventually(pilot, lambda: "bid 0.51 · ask 0.52" in shown_text(pilot))


async def test_only_lines_that_changed_are_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = an_engine_at_work()
    async with console(engine, size=(120, 40)) as pilot:
        await open_page(pilot)
        await eventually(pilot, lambda: "━━━" in shown_text(pilot))
        chart = pilot.app.screen.query_one(PriceChart)
        assert chart._prices is not None
        painted: list[object] = []
        monkeypatch.setattr(chart, "refresh", lambda *regions, **_: painted.extend(regions))
        chart.show_prices(chart._prices)
        assert painted == []


def test_words_of_prices() -> None:
    order = an_order(1, market())
    assert price_words(order, None) == "ours 0.55 · no book"
    assert price_words(order, LOOK._replace(bid=None, low=None)) == (
        "ours 0.55 · bid – · ask 0.56 · band –"
    )
    ended = an_order(1, market(), OrderStatus.COMPLETED, 500)
    assert price_words(ended, LOOK).startswith("ours – · bid 0.55")


def test_a_child_that_never_reached_the_exchange_has_no_place_in_the_chart() -> None:
    lived = child(FIRST, 5_500, 1)
    never = msgspec.structs.replace(lived, status=ChildStatus.REJECTED)
    ended = msgspec.structs.replace(lived, status=ChildStatus.FILLED, ended_ms=NOW_MS - 5)
    assert [stay.to_ms for stay in stays((lived, never, ended), NOW_MS)] == [NOW_MS, NOW_MS - 5]
