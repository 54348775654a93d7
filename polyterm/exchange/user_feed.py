"""The user channel: our own orders and trades, over every disconnect (`protocol.md` 2.3)."""

from __future__ import annotations

import asyncio
from random import Random
from typing import NoReturn, cast

import msgspec

from polyterm.engine.ports import UserSink
from polyterm.exchange.credentials import ApiCredentials
from polyterm.exchange.feed_socket import FeedLostError, SocketOpener, open_socket
from polyterm.exchange.mapping import remote_order, trade_report
from polyterm.exchange.numbers import UnreadableError
from polyterm.exchange.reconnect import Backoff, Standing
from polyterm.exchange.wire import WireOrder, WireTrade

_TRADE = "trade"
_ORDER = "order"
_KINDS = {"TRADE": _TRADE, "PLACEMENT": _ORDER, "UPDATE": _ORDER, "CANCELLATION": _ORDER}
"""What an event is about where it carries `type` alone."""


class UserFeed:
    """Tells a sink of our orders and trades.

    An event of ours that cannot be read may be a fill. The connection is then given up as if it
    had been lost, because after that the state is read by REST.
    """

    def __init__(
        self,
        url: str,
        credentials: ApiCredentials,
        random: Random,
        *,
        use_proxies: bool = True,
        opener: SocketOpener = open_socket,
    ) -> None:
        self._url = url
        self._credentials = credentials
        self._random = random
        self._use_proxies = use_proxies
        self._opener = opener
        self.unknown = 0
        """Events of a kind that the protocol does not have."""

    async def run(self, sink: UserSink) -> NoReturn:
        """Follow until cancelled."""
        backoff = Backoff(self._random)
        standing = Standing(sink.user_feed_up, sink.user_feed_down)
        loop = asyncio.get_running_loop()
        while True:
            started = loop.time()
            try:
                await self._session(sink, standing)
            except FeedLostError as lost:
                standing.down(str(lost))
            await asyncio.sleep(backoff.after(loop.time() - started))

    async def _session(self, sink: UserSink, standing: Standing) -> NoReturn:
        async with await self._opener(self._url, use_proxies=self._use_proxies) as socket:
            await socket.send(
                {
                    "type": "user",
                    # No `markets`: an empty list has muted trades (`protocol.md` 2.3).
                    "auth": {
                        "apiKey": self._credentials.key,
                        "secret": self._credentials.secret,
                        "passphrase": self._credentials.passphrase,
                    },
                }
            )
            # Nothing acknowledges the login; a PONG proves that it was read and not refused.
            await socket.ping()

            def tell(frame: bytes) -> None:
                standing.up()
                self._tell(frame, sink)

            await socket.read(tell, alive=standing.up)

    def _tell(self, frame: bytes, sink: UserSink) -> None:
        try:
            content = msgspec.json.decode(frame)
            for event in content if isinstance(content, list) else [content]:
                self._tell_one(event, sink)
        except (msgspec.MsgspecError, UnicodeDecodeError, UnreadableError) as error:
            raise FeedLostError(f"unreadable event: {error}") from error

    def _tell_one(self, event: object, sink: UserSink) -> None:
        kind = _kind(event)
        if kind == _ORDER:
            sink.order_reported(remote_order(msgspec.convert(event, WireOrder)))
        elif kind == _TRADE:
            trade = trade_report(msgspec.convert(event, WireTrade), self._credentials.key)
            if trade:
                sink.trade_reported(trade)
        else:
            self.unknown += 1


def _kind(event: object) -> str:
    if not isinstance(event, dict):
        return ""
    fields = cast("dict[str, object]", event)
    return str(fields.get("event_type") or _KINDS.get(str(fields.get("type")), ""))
