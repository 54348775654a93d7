"""The market list and the book: search, selection, what is followed, hostile names."""

from __future__ import annotations

from polyterm.models.text import clean
from polyterm.widgets.ladder import Ladder
from tests.fakes.engine import FakeEngine
from tests.fakes.pictures import an_order, market, own_order, snapshot
from tests.screens.console import Typed, an_engine, console, eventually, press, shown_text


async def test_the_first_market_is_on_screen_at_once_with_its_prices() -> None:
    async with console(an_engine()) as pilot:
        await eventually(pilot, lambda: "Yes 0.55 / 0.56" in shown_text(pilot))
        screen = shown_text(pilot)
    assert "0.5540" in screen
    assert "spread 0.01" in screen
    assert "1,240" in screen


async def test_searching_narrows_the_list_and_enter_shows_the_market() -> None:
    engine = an_engine()
    async with console(engine) as pilot:
        await press(pilot, "slash", Typed("fed"))
        await eventually(pilot, lambda: "Lisbon" not in shown_text(pilot).splitlines()[3])
        await pilot.press("enter", "enter")
        ladder = pilot.app.screen.query_one(Ladder)
        await eventually(pilot, lambda: "Fed" in str(ladder.border_title))
        await pilot.press("escape")
        await eventually(pilot, lambda: "Lisbon" in shown_text(pilot))


async def test_what_leaves_the_list_is_no_longer_followed_but_the_picked_one_is() -> None:
    engine = an_engine()
    async with console(engine) as pilot:
        await eventually(pilot, lambda: len(engine.watched) == 3)
        await press(pilot, "slash", Typed("fed"))
        await eventually(pilot, lambda: engine.unwatched == ["market-3"])


async def test_flipping_shows_the_other_outcome() -> None:
    async with console(an_engine()) as pilot:
        await pilot.press("f")
        ladder = pilot.app.screen.query_one(Ladder)
        await eventually(pilot, lambda: str(ladder.border_title).startswith("No"))
        await eventually(pilot, lambda: "BUY No" in shown_text(pilot))


async def test_own_orders_show_at_their_level_with_what_is_ahead() -> None:
    engine = an_engine()
    engine.put(snapshot(engine.markets[0], own=(own_order(5500, 100, 420),)))
    engine.set_order(an_order(1, engine.markets[0]))
    async with console(engine) as pilot:
        await eventually(pilot, lambda: "100 after 420" in shown_text(pilot))
        line = next(t for t in shown_text(pilot).splitlines() if "100 after 420" in t)
        assert "520 ◆│ 0.55 │" in line
        await eventually(pilot, lambda: "▸◆ Yes" in shown_text(pilot))


async def test_trouble_shows_over_the_book_and_in_the_status_bar_within_a_second() -> None:
    engine = an_engine()
    async with console(engine) as pilot:
        engine.set_health(
            market_feed_up=False, feed_age_ms=12_400, problem="feed is down", can_trade=False
        )
        await eventually(pilot, lambda: "FEED DOWN: prices are 12s" in shown_text(pilot), seconds=1)
        assert "feed DOWN" in shown_text(pilot).splitlines()[-2]
        assert "▲ feed is down" in shown_text(pilot)
        engine.set_health(exchange_up=False)
        await eventually(pilot, lambda: "EXCHANGE DOWN: does not" in shown_text(pilot), seconds=1)
        assert "feed EXCHANGE DOWN" in shown_text(pilot).splitlines()[-2]
        engine.set_health(market_feed_up=True, exchange_up=True, problem="", can_trade=True)
        await eventually(pilot, lambda: "BIDS" in shown_text(pilot), seconds=1)


TITLES = (
    "[/",
    "[@click=app.quit]x[/]",
    "[bold red]loud[/]",
    clean("\x1b[31mred\x1b[0m \x1b]0;owned\x07"),
    "$primary {x} \\[",
)


async def test_hostile_names_are_only_text_wherever_they_show() -> None:
    markets = tuple(market(number, title) for number, title in enumerate(TITLES, start=1))
    engine = FakeEngine(markets=markets)
    for number, of in enumerate(markets):
        engine.put(snapshot(of))
        engine.set_order(an_order(number, of))
    async with console(engine, size=(160, 50)) as pilot:
        for title in reversed(TITLES):
            # In the list and in the table of orders.
            await eventually(pilot, lambda title=title: shown_text(pilot).count(title) >= 2)
            assert "\x1b" not in shown_text(pilot)
        for place, title in enumerate(TITLES):
            await pilot.click("#markets OptionList", offset=(0, 2 * place))
            await eventually(pilot, lambda title=title: f"Yes · {title}" in shown_text(pilot))
        await pilot.press("o", "enter")
        await eventually(pilot, lambda: "Children" in shown_text(pilot))
        assert TITLES[-1] in shown_text(pilot)
        assert pilot.app.is_running
