"""From a frame of the market channel to the one who listens: the hot path."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

import msgspec

from polyterm.engine.ports import BookSnapshot, MarketSink
from polyterm.exchange.mapping import book_snapshot
from polyterm.exchange.numbers import (
    Number,
    UnreadableError,
    best_prices,
    millis,
    price,
    units,
)
from polyterm.exchange.wire import (
    BestBidAskEvent,
    BookEvent,
    LastTradeEvent,
    MarketEvent,
    NewMarketEvent,
    PlainPriceChange,
    PriceChangeEvent,
    ResolvedEvent,
    TickSizeEvent,
)
from polyterm.models.ids import TokenId
from polyterm.models.money import Price
from polyterm.models.snapshot import LastTrade

_PLAIN = msgspec.json.Decoder(PlainPriceChange)
_FRAME: msgspec.json.Decoder[Any] = msgspec.json.Decoder(MarketEvent | list[MarketEvent])
_PIECES: msgspec.json.Decoder[Any] = msgspec.json.Decoder(msgspec.Raw | list[msgspec.Raw])
_EVENT: msgspec.json.Decoder[MarketEvent] = msgspec.json.Decoder(MarketEvent)

Top: TypeAlias = tuple[Price | None, Price | None]
"""Best bid and best ask."""


class MarketEvents:
    """Decodes frames, tells the sink, and remembers the best prices that it was told last."""

    def __init__(self, sink: MarketSink) -> None:
        self._sink = sink
        self.received = 0
        """Events that were read."""
        self.unreadable = 0
        """Frames or events that were not."""
        self.tops: dict[TokenId, Top | None] = {}
        """Best prices by token on the stream's word; nothing where it changed a book but did not
        say so."""
        self._handlers: dict[type[Any], Callable[[Any], None]] = {
            BookEvent: self._book,
            PlainPriceChange: self._price_change,
            PriceChangeEvent: self._price_change,
            TickSizeEvent: self._tick_size,
            LastTradeEvent: self._last_trade,
            BestBidAskEvent: self._best_bid_ask,
            ResolvedEvent: self._resolved,
            NewMarketEvent: self._nothing,
        }

    def feed(self, frame: str | bytes) -> None:
        """Read one frame, an object or an array; what cannot be read is counted and left out."""
        try:
            event = _PLAIN.decode(frame)
        except (msgspec.DecodeError, UnicodeDecodeError):
            self._feed_any(frame)
        else:
            self._tell(event)

    def _feed_any(self, frame: str | bytes) -> None:
        try:
            content = _FRAME.decode(frame)
        except (msgspec.DecodeError, UnicodeDecodeError):
            self._feed_pieces(frame)
            return
        for event in content if type(content) is list else (content,):
            self._tell(event)

    def forget(self, token_ids: Iterable[TokenId]) -> None:
        """Drop what was said of these; they are not followed any more."""
        for token_id in token_ids:
            self.tops.pop(token_id, None)

    def _feed_pieces(self, frame: str | bytes) -> None:
        """Read what can be read of a frame that holds something unknown."""
        for piece in _pieces(frame):
            try:
                event = _EVENT.decode(piece)
            except (msgspec.DecodeError, UnicodeDecodeError):
                self.unreadable += 1
            else:
                self._tell(event)

    def _tell(self, event: MarketEvent | PlainPriceChange) -> None:
        try:
            self._handlers[type(event)](event)
        except UnreadableError:
            self.unreadable += 1
        else:
            self.received += 1

    def _book(self, event: BookEvent) -> None:
        book = book_snapshot(event)
        self.tops[book.token_id] = top_of(book)
        self._sink.book_replaced(book)

    def _price_change(self, event: PriceChangeEvent | PlainPriceChange) -> None:
        at_ms = millis(event.timestamp) or 0
        level_changed = self._sink.level_changed
        best: dict[TokenId, tuple[Number, Number]] = {}
        for change in event.price_changes or ():
            token_id = change.asset_id
            level_changed(token_id, change.side, price(change.price), units(change.size), at_ms)
            best[token_id] = change.best_bid, change.best_ask
        # They are said of the book after all changes: the last word on a token counts.
        for token_id, (bid, ask) in best.items():
            self._best(token_id, bid, ask)

    def _best_bid_ask(self, event: BestBidAskEvent) -> None:
        self._best(event.asset_id, event.best_bid, event.best_ask)

    def _best(self, token_id: TokenId, bid: Number, ask: Number) -> None:
        if bid is None and ask is None:
            self.tops[token_id] = None
            return
        best_bid, best_ask = self.tops[token_id] = best_prices(bid, ask)
        self._sink.best_seen(token_id, best_bid, best_ask)

    def _tick_size(self, event: TickSizeEvent) -> None:
        self._sink.tick_changed(event.asset_id, price(event.new_tick_size))

    def _last_trade(self, event: LastTradeEvent) -> None:
        at_ms = millis(event.timestamp) or 0
        trade = LastTrade(price(event.price), units(event.size), event.side, at_ms)
        self._sink.traded(event.asset_id, trade)

    def _resolved(self, event: ResolvedEvent) -> None:
        self._sink.resolved(event.market, event.winning_asset_id or None)

    def _nothing(self, event: NewMarketEvent) -> None:
        """Other people's new markets change nothing here."""


def top_of(book: BookSnapshot) -> Top:
    """Best bid and best ask of a whole book."""
    return (
        max((level.price for level in book.bids if level.size), default=None),
        min((level.price for level in book.asks if level.size), default=None),
    )


def _pieces(frame: str | bytes) -> Iterator[bytes]:
    try:
        content = _PIECES.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError):
        yield b""
        return
    for piece in content if isinstance(content, list) else (content,):
        yield bytes(piece)
