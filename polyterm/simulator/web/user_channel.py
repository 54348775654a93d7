"""The user channel: /ws/user (`protocol.md` 2.3)."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
from starlette.websockets import WebSocket

from polyterm.simulator.listener import Listener, OrderChange
from polyterm.simulator.local_exchange import LocalExchange
from polyterm.simulator.orders import TraderOrder
from polyterm.simulator.refusals import RefusalError
from polyterm.simulator.trades import Trade
from polyterm.simulator.web.answers import encode
from polyterm.simulator.web.conversation import GoodbyeError, Outbox, converse
from polyterm.simulator.wire.orders import order_event
from polyterm.simulator.wire.trades import trade_event

MAX_WAITING = 10_000
"""Frames that may wait for a client before it is cut off."""


class _Auth(msgspec.Struct, rename="camel"):
    api_key: str
    secret: str
    passphrase: str


class _Frame(msgspec.Struct):
    type: str = ""
    operation: str = ""
    auth: _Auth | None = None
    markets: list[str] | None = None


@dataclass(slots=True, eq=False)
class _Subscriber:
    outbox: Outbox = field(default_factory=lambda: Outbox(MAX_WAITING))
    owner: str = ""
    """API key; empty until it has proved itself."""
    markets: set[str] | None = None
    """Nothing is everything."""

    def wants_order(self, order: TraderOrder) -> bool:
        return order.owner == self.owner and self._follows(order.terms.condition_id)

    def wants_trade(self, trade: Trade) -> bool:
        # As on the real exchange, an empty list lets order events through and mutes trades.
        is_own = self.owner in {leg.owner for leg in trade.legs}
        return is_own and self.markets != set() and self._follows(trade.condition_id)

    def _follows(self, condition_id: str) -> bool:
        return not self.markets or condition_id in self.markets


class UserChannel(Listener):
    """Tells each API key of its orders and trades from now on: there is no snapshot."""

    def __init__(self, exchange: LocalExchange) -> None:
        self._exchange = exchange
        self._subscribers: list[_Subscriber] = []

    async def serve(self, socket: WebSocket) -> None:
        """Talk to one client."""
        subscriber = _Subscriber()
        self._subscribers.append(subscriber)
        try:
            await converse(socket, subscriber.outbox, lambda text: self._hear(subscriber, text))
        finally:
            self._subscribers.remove(subscriber)

    def order_changed(self, order: TraderOrder, change: OrderChange) -> None:
        """Tell the owner."""
        receivers = [s for s in self._subscribers if s.wants_order(order)]
        if not receivers:
            return
        state = self._exchange.markets[order.terms.condition_id]
        event = encode(order_event(order, state, change, self._exchange.now_ms()))
        for subscriber in receivers:
            subscriber.outbox.put(event)

    def trade_changed(self, trade: Trade) -> None:
        """Tell everybody who had a part in it."""
        for subscriber in self._subscribers:
            if subscriber.wants_trade(trade):
                event = trade_event(trade, subscriber.owner, self._exchange.now_ms())
                subscriber.outbox.put(encode(event))

    def _hear(self, subscriber: _Subscriber, text: str) -> None:
        if text == "PING":
            subscriber.outbox.put("PONG")
            return
        frame = _decode(text)
        if not subscriber.owner:
            self._admit(subscriber, frame)
        elif frame.operation == "unsubscribe":
            subscriber.markets = (subscriber.markets or set()) - set(frame.markets or ())
        else:
            subscriber.markets = (subscriber.markets or set()) | set(frame.markets or ())

    def _admit(self, subscriber: _Subscriber, frame: _Frame) -> None:
        if frame.auth is None:
            raise GoodbyeError("auth first")
        auth = frame.auth
        try:
            key = self._exchange.auth.socket_key(auth.api_key, auth.secret, auth.passphrase)
        except RefusalError as refusal:
            raise GoodbyeError(refusal.text) from refusal
        subscriber.owner = key.key
        subscriber.markets = None if frame.markets is None else set(frame.markets)


def _decode(text: str) -> _Frame:
    try:
        return msgspec.json.decode(text, type=_Frame)
    except msgspec.DecodeError as error:
        raise GoodbyeError("invalid subscription") from error
