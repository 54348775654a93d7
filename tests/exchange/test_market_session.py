"""An epoch of the market channel ends when it is told to, whatever its sockets do meanwhile."""

from __future__ import annotations

import asyncio
from typing import Literal, NoReturn

import pytest
from websockets.exceptions import ConnectionClosedError

from polyterm.exchange.feed_socket import FeedSocket
from polyterm.exchange.market_events import MarketEvents
from polyterm.exchange.market_session import MarketSession, Watchlist
from polyterm.models.ids import TokenId
from tests.fakes.sinks import MarketNotes


class _Breakable:
    """A socket that breaks when it is told to."""

    def __init__(self) -> None:
        self.broken = asyncio.Event()

    async def send(self, message: str) -> None:
        return

    async def recv(self, *, decode: Literal[False]) -> bytes:
        await self.broken.wait()
        raise ConnectionClosedError(None, None)

    async def close(self) -> None:
        return


async def test_a_session_that_is_cancelled_while_its_socket_breaks_stays_cancelled() -> None:
    connection = _Breakable()

    async def connect() -> FeedSocket:
        return FeedSocket(connection)

    async def beside() -> NoReturn:
        while True:
            await asyncio.sleep(60)

    watchlist = Watchlist()
    watchlist.set([TokenId("1")])
    session = MarketSession(watchlist, connect, MarketEvents(MarketNotes()), lambda: None)
    running = asyncio.create_task(session.run(beside))
    await asyncio.sleep(0.01)
    connection.broken.set()
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
