"""The market channel: /ws/market (`protocol.md` 2.2)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.websockets import WebSocket

from polyterm.models.book import BookTop
from polyterm.models.enums import Side
from polyterm.models.ids import ConditionId, TokenId
from polyterm.models.money import Price, Size
from polyterm.simulator.listener import Listener
from polyterm.simulator.local_exchange import LocalExchange
from polyterm.simulator.markets import MarketState
from polyterm.simulator.web.answers import encode
from polyterm.simulator.web.conversation import GoodbyeError, converse
from polyterm.simulator.web.market_changes import MarketChanges
from polyterm.simulator.web.market_subscription import (
    TOP_LEVEL,
    MarketSubscriber,
    decode_frame,
)
from polyterm.simulator.wire import market_events
from polyterm.simulator.wire.books import FULL_DEPTH, book_summary

DUMP_BATCH = 20
"""Books in one frame of a first dump: clients may refuse frames above a mebibyte."""
_INDICES = (0, 1)
_Wants = Callable[[MarketSubscriber], bool]


class MarketChannel(Listener):
    """Tells subscribers of the books; what changes in one turn of the loop goes in one frame."""

    def __init__(self, exchange: LocalExchange) -> None:
        self._exchange = exchange
        self._subscribers: list[MarketSubscriber] = []
        self._changes: dict[ConditionId, MarketChanges] = {}
        self._tops: dict[ConditionId, BookTop] = {}

    async def serve(self, socket: WebSocket) -> None:
        """Talk to one client."""
        subscriber = MarketSubscriber()
        self._subscribers.append(subscriber)
        try:
            await converse(socket, subscriber.outbox, lambda text: self._hear(subscriber, text))
        finally:
            self._subscribers.remove(subscriber)

    def level_changed(self, state: MarketState, side: Side, price: Price, order_id: str) -> None:
        """Note a level down, to be told at the end of this turn of the loop."""
        if changes := self._noted(state):
            changes.levels[side, price] = order_id

    def printed(
        self, state: MarketState, token_id: TokenId, side: Side, price: Price, size: Size
    ) -> None:
        """Note a print down."""
        if changes := self._noted(state):
            changes.prints.append((token_id, side, price, size))

    def market_opened(self, state: MarketState) -> None:
        """Tell of a new market."""
        event = market_events.new_market(state, self._exchange.now_ms())
        self._send(event, lambda subscriber: subscriber.custom)

    def tick_changed(self, state: MarketState, old: Price) -> None:
        """Tell of a new grid, after what happened on the old one."""
        self._flush()
        for token in state.tokens:
            event = market_events.tick_size_change(state, token, old, self._exchange.now_ms())
            self._send(event, _follows(token))

    def market_closed(self, state: MarketState) -> None:
        """Tell who won, where anybody did."""
        self._flush()
        if state.winner is None:
            return
        event = market_events.market_resolved(state, state.winner, self._exchange.now_ms())
        self._send(event, lambda s: s.custom and not s.tokens.isdisjoint(state.tokens))

    def _hear(self, subscriber: MarketSubscriber, text: str) -> None:
        if text == "PING":
            if not subscriber.is_subscribed:
                raise GoodbyeError("subscribe first")
            subscriber.outbox.put("PONG")
            return
        frame = decode_frame(text)
        if not subscriber.is_subscribed and frame.type.lower() != "market":
            raise GoodbyeError("invalid subscription")
        fresh = subscriber.apply(frame)
        if frame.initial_dump:
            self._dump(subscriber, fresh)

    def _dump(self, subscriber: MarketSubscriber, tokens: list[str]) -> None:
        # Told first of what is still waiting, it cannot mistake that for a change of the dump.
        self._flush()
        depth, now_ms = subscriber.depth, self._exchange.now_ms()
        books = [
            market_events.book_event(
                book_summary(state, state.tokens.index(token), now_ms, depth), is_dump=True
            )
            for token in tokens
            if (state := self._exchange.markets.by_token(token)) is not None and not state.closed
        ]
        for start in range(0, len(books), DUMP_BATCH):
            subscriber.outbox.put(encode(books[start : start + DUMP_BATCH]))

    def _noted(self, state: MarketState) -> MarketChanges | None:
        """Where to note what happens in a market; nothing where nobody follows it."""
        found = self._changes.get(state.id)
        if found is None and any(map(_follows(*state.tokens), self._subscribers)):
            if not self._changes:
                asyncio.get_running_loop().call_soon(self._flush)
            found = MarketChanges(state, self._tops.get(state.id))
            self._changes[state.id] = found
        return found

    def _flush(self) -> None:
        noted, self._changes = self._changes, {}
        for changes in noted.values():
            self._tell(changes)
            self._tops[changes.state.id] = changes.top

    def _tell(self, changes: MarketChanges) -> None:
        state, now_ms = changes.state, self._exchange.now_ms()
        for made in changes.prints:
            event = market_events.last_trade_price(state, *made, now_ms)
            self._send(event, _follows(made[0]))
        either = _follows(*state.tokens)
        event = market_events.price_change(state, changes.levels, now_ms)
        self._send(event, lambda s: not s.wants_top_only and either(s))
        for index in _INDICES:
            self._tell_token(changes, index)

    def _tell_token(self, changes: MarketChanges, index: int) -> None:
        state, follows = changes.state, _follows(changes.state.tokens[index])
        if changes.prints:
            event = self._book(state, index, FULL_DEPTH)
            self._send(event, lambda s: not s.wants_top_only and follows(s))
        if changes.top_moved:
            event = self._book(state, index, TOP_LEVEL)
            self._send(event, lambda s: s.wants_top_only and follows(s))
        if changes.best_moved:
            event = market_events.best_bid_ask(state, index, self._exchange.now_ms())
            self._send(event, lambda s: s.custom and follows(s))

    def _book(self, state: MarketState, index: int, depth: int) -> dict[str, object]:
        summary = book_summary(state, index, self._exchange.now_ms(), depth)
        return market_events.book_event(summary, is_dump=False)

    def _send(self, event: dict[str, object], wants: _Wants) -> None:
        receivers = [subscriber for subscriber in self._subscribers if wants(subscriber)]
        if not receivers:
            return
        frame = encode(event).decode()
        for subscriber in receivers:
            subscriber.outbox.put(frame)


def _follows(*tokens: str) -> _Wants:
    return lambda subscriber: not subscriber.tokens.isdisjoint(tokens)
