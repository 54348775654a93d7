from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from polyterm.models.book import BookTop
from polyterm.models.enums import Side
from polyterm.models.money import UNIT
from polyterm.simulator.flows.queue_model import QueueModel
from polyterm.simulator.flows.replay import ReplayFlow
from polyterm.simulator.recording import BookRow, CloseRow, PrintRow, RecordingError, Row, TickRow
from polyterm.simulator.recording_file import open_recording, write_recording
from tests.fakes.flow_host import START_MS, FakeFlowHost
from tests.simulator.recorded import INFO, REAL, book_row

MARKET = INFO.market.condition_id
FIRST = book_row(0, {48: 100}, {50: 80})
SECOND = book_row(10_000, {47: 90}, {49: 70})


def _flow(
    tmp_path: Path,
    rows: list[Row],
    speed: float = 1.0,
    queue_model: QueueModel = QueueModel.PESSIMISTIC,
    loop: bool = False,
) -> ReplayFlow:
    path = tmp_path / "rain.gz"
    write_recording(path, INFO, rows)
    return ReplayFlow(path, speed, queue_model, loop)


def _shows(host: FakeFlowHost, row: BookRow) -> bool:
    return host.house_book(MARKET) == BookTop(row.bids, row.asks)


@pytest.mark.parametrize("speed", [0, 0.5, -1, 61, float("nan")])
def test_other_speeds_than_1_to_60_are_refused(tmp_path: Path, speed: float) -> None:
    with pytest.raises(ValueError, match="between 1 and 60"):
        _flow(tmp_path, [FIRST], speed)


def test_a_missing_file_is_refused_before_anything_is_listed(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ReplayFlow(tmp_path / "nowhere.gz")


@pytest.mark.parametrize("speed", [1, 2.5, 60])
async def test_rows_come_at_their_times_divided_by_the_speed(tmp_path: Path, speed: float) -> None:
    host = FakeFlowHost()
    async with host.running(
        _flow(tmp_path, [FIRST, SECOND, book_row(20_000, {}, {})], speed), Random(1)
    ):
        assert _shows(host, FIRST)
        await host.advance_to(9.99 / speed)
        assert _shows(host, FIRST)
        await host.advance_to(10.01 / speed)
        assert _shows(host, SECOND)


async def test_the_end_of_the_market_comes_sooner_by_the_speed(tmp_path: Path) -> None:
    host = FakeFlowHost()
    async with host.running(_flow(tmp_path, [FIRST], 60), Random(1)):
        assert host.markets[MARKET].listing.market.end_ms == START_MS + 10_000


async def test_the_market_closes_with_its_winner_at_the_end(tmp_path: Path) -> None:
    host = FakeFlowHost()
    async with host.running(_flow(tmp_path, [FIRST, CloseRow(5_000, 1)]), Random(1)):
        await host.advance_to(4.9)
        assert host.markets[MARKET].is_open
        host.place_trader(MARKET, Side.BUY, 4_000, 10 * UNIT)
        await host.advance_to(5.1)
        assert not host.markets[MARKET].is_open
        assert host.markets[MARKET].winner == 1
        assert not host.markets[MARKET].orders


async def test_a_recording_without_a_close_closes_with_its_last_row(tmp_path: Path) -> None:
    host = FakeFlowHost()
    async with host.running(_flow(tmp_path, [FIRST, SECOND]), Random(1)):
        await host.advance_to(10.1)
        assert not host.markets[MARKET].is_open
        assert host.markets[MARKET].winner is None


async def test_a_loop_begins_again_on_the_first_grid_and_names_no_end(tmp_path: Path) -> None:
    fine = BookRow(6_000, SECOND.bids, SECOND.asks)
    rows: list[Row] = [FIRST, TickRow(5_000, 10), fine, CloseRow(8_000, 0)]
    host = FakeFlowHost()
    async with host.running(_flow(tmp_path, rows, loop=True), Random(1)):
        assert host.markets[MARKET].listing.market.end_ms is None
        for lap in range(3):
            await host.advance_to(lap * 8 + 1)
            assert _shows(host, FIRST)
            assert host.markets[MARKET].tick == 100
            await host.advance_to(lap * 8 + 7)
            assert _shows(host, fine)
            assert host.markets[MARKET].tick == 10


async def test_recorded_prints_are_traded(tmp_path: Path) -> None:
    host = FakeFlowHost()
    rows: list[Row] = [FIRST, PrintRow(1_000, Side.BUY, 5_000, 7 * UNIT), CloseRow(9_000)]
    async with host.running(_flow(tmp_path, rows), Random(1)):
        await host.advance_to(2)
        (match,) = host.matches
        assert (match.taker_side, match.price, match.size) == (Side.BUY, 5_000, 7 * UNIT)


def test_a_recording_without_a_book_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="no book"):
        _flow(tmp_path, [TickRow(0, 10)]).open(FakeFlowHost(), Random(1))


@pytest.mark.parametrize("source", REAL)
@pytest.mark.parametrize("queue_model", QueueModel)
async def test_a_real_recording_is_shown_row_by_row(source: Path, queue_model: QueueModel) -> None:
    speed = 60
    recording = open_recording(source)
    market = recording.info.market.condition_id
    books = [row for row in recording.rows() if isinstance(row, BookRow)]
    host = FakeFlowHost()
    checked = 0
    async with host.running(ReplayFlow(source, speed, queue_model), Random(1)):
        for row, following in pairwise(books):
            if following.ms - row.ms < 2 * speed:
                continue
            await host.advance_to((row.ms / speed + 1) / 1000)
            assert host.house_book(market) == BookTop(row.bids, row.asks)
            checked += 1
        await host.advance_to(books[-1].ms / speed / 1000 + 1)
        assert not host.markets[market].is_open
    assert checked > len(books) / 3


@pytest.mark.parametrize("source", REAL)
async def test_a_real_recording_completes_an_order_that_pays_the_offer(source: Path) -> None:
    recording = open_recording(source)
    market = recording.info.market.condition_id
    host = FakeFlowHost()
    async with host.running(ReplayFlow(source, 60), Random(1)):
        await host.advance_to(1)
        best = host.book(market).asks[0]
        order = host.place_trader(market, Side.BUY, best.price, best.size + 50 * UNIT)
        assert host.filled(order) == best.size
        await host.advance_to(900)
        assert not host.markets[market].is_open
        assert host.filled(order) > best.size
