"""Painting of the ladder: only rows that changed, and where it looks."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from polyterm.models.snapshot import MarketSnapshot
from polyterm.widgets.ladder import Ladder
from polyterm.widgets.themes import TRADING_COLOURS
from tests.fakes.pictures import market, own_order, snapshot

OF = market()


class CountingLadder(Ladder):
    """Counts the lines that were drawn anew."""

    drawn = 0

    def _draw(self, y: int, width: int):  # type: ignore[no-untyped-def]
        self.drawn += 1
        return super()._draw(y, width)


class Bench(App[None]):
    """A ladder alone."""

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return TRADING_COLOURS

    def compose(self) -> ComposeResult:
        yield CountingLadder(id="book")


def lines(ladder: Ladder) -> list[str]:
    return [ladder.render_line(y).text for y in range(ladder.size.height)]


async def shown(pilot: Pilot[None], picture: MarketSnapshot, notice: str = "") -> CountingLadder:
    ladder = pilot.app.query_one(CountingLadder)
    ladder.show(picture, notice)
    await pilot.pause()
    ladder.drawn = 0
    return ladder


async def test_one_changed_level_repaints_one_row() -> None:
    async with Bench().run_test(size=(60, 30)) as pilot:
        ladder = await shown(pilot, snapshot(OF))
        ladder.show(snapshot(OF, bids=((5500, 520), (5400, 1_240), (5300, 311))), "")
        await pilot.pause()
        assert ladder.drawn == 1


async def test_five_hundred_pictures_between_two_paintings_draw_each_row_once() -> None:
    async with Bench().run_test(size=(60, 30)) as pilot:
        ladder = await shown(pilot, snapshot(OF))
        for size in range(500):
            ladder.show(snapshot(OF, bids=((5500, 520), (5400, 1_240), (5300, 1 + size))), "")
        await pilot.pause()
        assert 1 <= ladder.drawn <= 2


async def test_the_same_picture_repaints_nothing() -> None:
    async with Bench().run_test(size=(60, 30)) as pilot:
        ladder = await shown(pilot, snapshot(OF))
        ladder.show(snapshot(OF), "")
        await pilot.pause()
        assert ladder.drawn == 0


@pytest.mark.parametrize("width", [40, 46, 76, 116])
async def test_no_line_is_cut_or_short_at_any_width(width: int) -> None:
    async with Bench().run_test(size=(width, 24)) as pilot:
        own = (own_order(5500, 100, 420),)
        ladder = await shown(pilot, snapshot(OF, own=own))
        text = lines(ladder)
        assert {ladder.render_line(y).cell_length for y in range(24)} == {width}
        bid = next(line for line in text if "0.55 " in line and "520" in line)
        assert "◆│ 0.55 │" in bid
        assert "100 after 420" in bid or "100/420" in bid
        assert "█" in bid or "▐" in bid


async def test_what_is_wrong_stands_in_words_over_the_book() -> None:
    async with Bench().run_test(size=(60, 24)) as pilot:
        ladder = await shown(pilot, snapshot(OF), "STALE: waiting for a fresh book")
        assert "STALE: waiting for a fresh book" in lines(ladder)[0]
        assert "BIDS" not in lines(ladder)[0]


async def test_it_follows_the_market_until_scrolled_and_again_after_home() -> None:
    async with Bench().run_test(size=(60, 24)) as pilot:
        ladder = await shown(pilot, snapshot(OF))
        far = snapshot(OF, bids=((8500, 10),), asks=((8600, 10),))
        ladder.show(far, "")
        assert any("0.8550" in line for line in lines(ladder))
        ladder.focus()
        await pilot.press("pagedown", "pagedown", "pagedown")
        assert not any("0.8550" in line for line in lines(ladder))
        ladder.show(snapshot(OF, bids=((8400, 10),), asks=((8500, 10),)), "")
        assert not any("0.8450" in line for line in lines(ladder))
        await pilot.press("home")
        assert any("0.8450" in line for line in lines(ladder))


async def test_a_small_move_does_not_move_the_prices() -> None:
    async with Bench().run_test(size=(60, 30)) as pilot:
        ladder = await shown(pilot, snapshot(OF))
        before = [line.split()[0] for line in lines(ladder)[1:3]]
        ladder.show(snapshot(OF, bids=((5700, 10),), asks=((5800, 10),)), "")
        assert [line.split()[0] for line in lines(ladder)[1:3]] == before
