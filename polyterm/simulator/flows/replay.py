"""A recorded market, played again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

from polyterm.models.market import Market
from polyterm.simulator.flow_host import FlowHost, Listing
from polyterm.simulator.flows.queue_model import QueueModel
from polyterm.simulator.flows.recorded_book import RecordedBook
from polyterm.simulator.recording import (
    BookRow,
    CloseRow,
    PrintRow,
    RecordingError,
    RecordingInfo,
    TickRow,
)
from polyterm.simulator.recording_file import open_recording

SLOWEST, FASTEST = 1, 60


class ReplayFlow:
    """Shows a recording's book as the house's, at 1 to 60 times its speed.

    The market's clock is mapped to the local exchange's: the end of the market comes as much sooner
    as the recording plays faster. Replay has no impact: what a trader takes from the house is
    there again with the next row (see `RecordedBook` for resting orders). When the recording is
    over the market closes, or starts again where `loop` is set; a looped market names no end.
    """

    def __init__(
        self,
        recording: Path,
        speed: float = 1.0,
        queue_model: QueueModel = QueueModel.PESSIMISTIC,
        loop: bool = False,
    ) -> None:
        """Open the recording; raise `RecordingError`, `OSError`, or `ValueError` on the speed."""
        if not SLOWEST <= speed <= FASTEST:
            raise ValueError(f"speed {speed:g} is not between {SLOWEST} and {FASTEST}")
        self._path = recording
        self._recording = open_recording(recording)
        self._speed = speed
        self._queue_model = QueueModel(queue_model)
        self._loop = loop

    @property
    def info(self) -> RecordingInfo:
        """What the recording says of itself, for saying on screen what is observed and modelled."""
        return self._recording.info

    def open(self, host: FlowHost, random: Random) -> None:
        """List the recorded market and show its first book."""
        market = self._on_clock(host.now_ms())
        host.open_market(
            Listing(
                market,
                description=f"Replay of {self.info.source}. {self.info.model}".strip(),
                category="Replay",
                event_title=market.question,
            )
        )
        self._book(host).show(self._first_book())

    async def run(self, host: FlowHost, random: Random) -> None:
        """Play the rows at their times, then close the market."""
        winner = await self._play(host)
        while self._loop:
            winner = await self._play(host)
        host.close_market(self.info.market.condition_id, winner)

    async def _play(self, host: FlowHost) -> int | None:
        condition_id = self.info.market.condition_id
        book = self._book(host)
        first_tick = tick = self.info.market.tick
        winner: int | None = None
        start_ms = host.now_ms()
        for row in self._recording.rows():
            await host.sleep(max(0.0, row.ms / self._speed - (host.now_ms() - start_ms)) / 1000)
            match row:
                case BookRow():
                    book.show(row)
                case TickRow():
                    tick = row.tick
                    host.set_tick(condition_id, tick)
                case PrintRow():
                    book.trade(row.side, row.price, row.size)
                case CloseRow():
                    winner = row.winner
        if self._loop and tick != first_tick:
            book.clear()
            host.set_tick(condition_id, first_tick)
        return winner

    def _book(self, host: FlowHost) -> RecordedBook:
        return RecordedBook(
            host, self.info.market.condition_id, self.info.observed_levels, self._queue_model
        )

    def _first_book(self) -> BookRow:
        for row in self._recording.rows():
            if isinstance(row, BookRow):
                return row
        raise RecordingError(self._path, 2, "no book in the whole recording")

    def _on_clock(self, now_ms: int) -> Market:
        market = self.info.market
        if self._loop or market.end_ms is None:
            return replace(market, end_ms=None)
        left_ms = (market.end_ms - self.info.start_ms) / self._speed
        return replace(market, end_ms=now_ms + round(left_ms))
