"""Faults of the WebSocket channels, on real sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from polyterm.models.enums import Side
from polyterm.models.money import Price
from polyterm.simulator.faults.plan import FaultPlan
from polyterm.simulator.server import LocalExchangeServer
from tests.fakes.frames import PATIENCE_S, read_events, read_text
from tests.fakes.rest_trader import RestTrader
from tests.fakes.trading_floor import whole
from tests.simulator.faults.stage import RAIN_ID, YES, faulty_server, plan

NOW = {"t": 0}
HOUR = 3600


@dataclass(slots=True)
class Listening:
    server: LocalExchangeServer
    ann: RestTrader
    market: ClientConnection
    user: ClientConnection

    def inject(self, *faults: dict[str, Any]) -> None:
        self.server.faults.set(plan(*faults))
        # What is due at once need not be waited for.
        self.server.faults.run_due()

    def quote(self, price: Price) -> None:
        """Something for the market channel to tell."""
        self.server.exchange.place_house(RAIN_ID, Side.BUY, price, whole(10))

    @property
    def hits(self) -> list[tuple[str, int]]:
        return [(firing.kind, firing.hits) for firing in self.server.faults.fired]


@asynccontextmanager
async def listening() -> AsyncGenerator[Listening]:
    """Both channels open, and subscribed to everything."""
    async with faulty_server() as server, httpx.AsyncClient(base_url=server.url) as http:
        ann = await RestTrader.open(server, http)
        address = f"ws://127.0.0.1:{server.port}/ws/"
        async with connect(address + "market") as market, connect(address + "user") as user:
            await market.send(json.dumps({"type": "market", "assets_ids": [YES]}))
            await read_events(market)
            await user.send(ann.subscription())
            await echo(user)
            yield Listening(server, ann, market, user)


async def echo(socket: ClientConnection) -> None:
    await socket.send("PING")
    assert await read_text(socket) == "PONG"


async def echo_over_http(at: Listening) -> None:
    assert (await at.ann.http.get("/ok")).status_code == 200


async def quotes(socket: ClientConnection, count: int) -> list[str]:
    """Prices of the next changes told."""
    found: list[str] = []
    while len(found) < count:
        for event in await read_events(socket):
            assert event["event_type"] == "price_change"
            found += [c["price"] for c in event["price_changes"] if c["asset_id"] == YES]
    return found


async def test_a_muted_channel_says_pong_and_nothing_else():
    async with listening() as at:
        at.inject({"do": "ws_mute", "at": NOW, "seconds": HOUR, "channel": "market"})
        at.quote(4000)
        await at.ann.place(YES, Side.BUY, 4100, whole(10))
        assert (await read_events(at.user))[0]["type"] == "PLACEMENT"
        await echo(at.market)
        ((kind, hits),) = at.hits
        assert (kind, hits >= 2) == ("ws_mute", True)
        at.server.faults.set(FaultPlan())
        at.quote(4200)
        assert await quotes(at.market, 1) == ["0.42"]


@pytest.mark.parametrize(
    ("how", "code"), [({}, 1006), ({"code": 1012}, 1012), ({"reset": True}, 1006)]
)
async def test_a_dropped_socket_ends_and_the_other_goes_on(how, code):
    async with listening() as at:
        at.inject({"do": "ws_drop", "at": NOW, "channel": "user", **how})
        with pytest.raises(ConnectionClosed) as caught:
            await read_text(at.user)
        received = caught.value.rcvd
        assert (received.code if received else 1006) == code
        assert isinstance(caught.value.__cause__, ConnectionResetError) == ("reset" in how)
        await echo(at.market)
        assert at.hits == [("ws_drop", 1)]
        assert at.server.faults.fired[0].subjects == ["/ws/user"]


async def test_one_message_is_lost():
    async with listening() as at:
        at.inject({"do": "ws_drop_message", "at": NOW, "channel": "market", "nth": 2})
        for price in (4000, 4100, 4200):
            at.quote(price)
            # A change of its own only if the channel has told of the one before.
            await echo_over_http(at)
        assert await quotes(at.market, 2) == ["0.4", "0.42"]
        assert at.hits == [("ws_drop_message", 1)]


async def test_messages_are_sent_twice():
    async with listening() as at:
        at.inject({"do": "ws_dup", "at": NOW, "channel": "user", "frames": 2})
        await at.ann.place(YES, Side.BUY, 4100, whole(10))
        await at.ann.call("DELETE", "/cancel-all")
        told = [(await read_events(at.user))[0]["type"] for _ in range(4)]
        assert told == ["PLACEMENT", "PLACEMENT", "CANCELLATION", "CANCELLATION"]
        await echo(at.user)
        assert at.hits == [("ws_dup", 2)]


async def test_messages_come_in_another_order():
    async with listening() as at:
        at.inject({"do": "ws_reorder", "at": NOW, "channel": "user", "seconds": HOUR})
        await at.ann.place(YES, Side.BUY, 4100, whole(10))
        await at.ann.call("DELETE", "/cancel-all")
        told = [(await read_events(at.user))[0]["type"] for _ in range(2)]
        assert told == ["CANCELLATION", "PLACEMENT"]
        assert at.hits == [("ws_reorder", 1)]


async def test_a_message_that_no_other_follows_is_not_held_for_ever():
    async with listening() as at:
        at.inject({"do": "ws_reorder", "at": NOW, "channel": "user", "seconds": 0.05})
        await at.ann.place(YES, Side.BUY, 4100, whole(10))
        assert (await read_events(at.user))[0]["type"] == "PLACEMENT"
        assert at.hits == [("ws_reorder", 0)]


async def test_a_burst_is_the_same_message_many_times_and_long():
    async with listening() as at:
        burst = {"do": "ws_burst", "at": NOW, "channel": "market", "count": 50, "bytes": 5000}
        at.inject(burst)
        at.quote(4000)
        frames = {await read_text(at.market) for _ in range(50)}
        assert [len(frame) for frame in frames] == [5000]
        assert json.loads(frames.pop())["event_type"] == "price_change"
        await echo(at.market)
        assert at.hits == [("ws_burst", 1)]


async def test_a_stalled_socket_says_nothing_until_it_is_back():
    async with listening() as at:
        at.inject({"do": "stall", "at": NOW, "seconds": HOUR})
        await at.market.send("PING")
        answer = asyncio.ensure_future(read_text(at.market))
        async with asyncio.timeout(PATIENCE_S):
            while at.hits != [("stall", 1)]:
                await asyncio.sleep(0.01)
        assert not answer.done()
        at.server.faults.set(FaultPlan())
        assert await answer == "PONG"


@pytest.mark.parametrize(("fault", "status"), [("403", 403), ("5xx", 502), ("429", 429)])
async def test_a_socket_is_refused_at_the_door(fault, status, caplog):
    async with faulty_server({"at": {"request": "WS /ws/user"}, "do": fault}) as server:
        address = f"ws://127.0.0.1:{server.port}/ws/user"
        with pytest.raises(InvalidStatus) as caught:
            await connect(address)
        assert caught.value.response.status_code == status
        assert [firing.request for firing in server.faults.fired] == ["WS /ws/user"]
        async with connect(address):
            assert len(server.faults.fired) == 1
    assert caplog.records == []
