"""One epoch of the market channel: the sockets that together follow all watched tokens.

They stand and fall together: when one is lost, nothing of the epoch may be relied on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import NoReturn

from polyterm.exchange.feed_socket import FeedLostError, FeedSocket
from polyterm.exchange.market_events import MarketEvents
from polyterm.models.ids import TokenId

TOKENS_PER_SOCKET = 200
"""What others have proved to work; the exchange publishes no limit (`protocol.md` 2.1)."""


class Watchlist:
    """The tokens to follow, and a sign when they change."""

    def __init__(self) -> None:
        self.tokens: tuple[TokenId, ...] = ()
        self.changed = asyncio.Event()

    def set(self, token_ids: Iterable[TokenId]) -> None:
        """Follow these from now on, and no others."""
        self.tokens = tuple(dict.fromkeys(token_ids))
        self.changed.set()

    async def wait_until_wanted(self) -> None:
        """Return once there is anything to follow."""
        while not self.tokens:
            self.changed.clear()
            await self.changed.wait()


@dataclass(frozen=True, slots=True, eq=False)
class _Shard:
    socket: FeedSocket
    tokens: set[TokenId]


class MarketSession:
    """Follows the watchlist over as many sockets as it takes, until `FeedLostError`."""

    def __init__(
        self,
        watchlist: Watchlist,
        connect: Callable[[], Awaitable[FeedSocket]],
        events: MarketEvents,
        alive: Callable[[], None],
    ) -> None:
        self._watchlist = watchlist
        self._connect = connect
        self._events = events
        self._alive = alive
        self._shards: list[_Shard] = []

    async def run(self, beside: Callable[[], Coroutine[None, None, NoReturn]]) -> NoReturn:
        """Subscribe and hand on what comes, `alive` first.

        `beside` runs from the first subscription on, and ends the session by what it raises.
        """
        lost: BaseException = FeedLostError("the session ended")
        try:
            async with asyncio.TaskGroup() as group:
                await self._join(list(self._watchlist.tokens), group)
                group.create_task(beside(), name="market feed watch")
                await self._follow(group)
        except* FeedLostError as losses:
            lost = losses
        _stay_cancelled()
        while isinstance(lost, BaseExceptionGroup):
            lost = lost.exceptions[0]
        raise lost

    async def _follow(self, group: asyncio.TaskGroup) -> NoReturn:
        while True:
            self._watchlist.changed.clear()
            wanted = self._watchlist.tokens
            await self._leave(frozenset(wanted))
            followed = frozenset[TokenId]().union(*(shard.tokens for shard in self._shards))
            await self._join([token for token in wanted if token not in followed], group)
            await self._watchlist.changed.wait()

    async def _leave(self, wanted: frozenset[TokenId]) -> None:
        for shard in self._shards:
            gone = sorted(shard.tokens - wanted)
            if gone:
                shard.tokens.difference_update(gone)
                self._events.forget(gone)
                await shard.socket.send({"operation": "unsubscribe", "assets_ids": gone})

    async def _join(self, fresh: list[TokenId], group: asyncio.TaskGroup) -> None:
        for shard in self._shards:
            room = TOKENS_PER_SOCKET - len(shard.tokens)
            added, fresh = fresh[:room], fresh[room:]
            if added:
                shard.tokens.update(added)
                await shard.socket.send({"operation": "subscribe", **_subscription(added)})
        while fresh:
            added, fresh = fresh[:TOKENS_PER_SOCKET], fresh[TOKENS_PER_SOCKET:]
            ready = asyncio.get_running_loop().create_future()
            group.create_task(self._read(added, ready), name="market feed socket")
            self._shards.append(_Shard(await ready, set(added)))

    async def _read(self, tokens: list[TokenId], ready: asyncio.Future[FeedSocket]) -> NoReturn:
        async with await self._connect() as socket:
            await socket.send({"type": "market", **_subscription(tokens)})
            if not ready.done():
                ready.set_result(socket)
            await socket.read(self._tell)

    def _tell(self, frame: bytes) -> None:
        self._alive()
        self._events.feed(frame)


def _stay_cancelled() -> None:
    """A task group forgets that its owner was cancelled where a member fails at that moment."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _subscription(tokens: list[TokenId]) -> dict[str, object]:
    return {"assets_ids": tokens, "custom_feature_enabled": True}
