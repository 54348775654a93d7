"""A TCP proxy on loopback that cuts, delays, freezes and resets what passes through it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections import Counter
from random import Random
from types import TracebackType
from typing import Self

_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER on with no time: closing sends a reset."""


class RoughProxy:
    """Passes bytes both ways; `trouble` decides what happens to them."""

    def __init__(self, host: str, port: int, random: Random) -> None:
        self._target = host, port
        self._random = random
        self._pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._thawed = asyncio.Event()
        self._thawed.set()
        self._delay_s = 0.0
        self._server: asyncio.Server | None = None
        self.fired: Counter[str] = Counter()

    @property
    def url(self) -> str:
        """Address to use instead of the exchange's."""
        assert self._server is not None
        host, port = self._server.sockets[0].getsockname()
        return f"http://{host}:{port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._thawed.set()
        self._server.close()
        self._cut(reset=False)

    async def trouble(self) -> None:
        """Do something bad, for a random while, then let all pass again."""
        deed = self._random.choice(("cut", "reset", "freeze", "delay", "refuse"))
        if deed in {"cut", "reset"}:
            if not self._pairs:
                return
            self._cut(reset=deed == "reset")
        elif deed == "freeze":
            self._thawed.clear()
            await asyncio.sleep(self._random.uniform(1, 6))
            self._thawed.set()
        elif deed == "delay":
            self._delay_s = self._random.uniform(0.05, 1.5)
            await asyncio.sleep(self._random.uniform(1, 5))
            self._delay_s = 0.0
        else:
            await self._refuse_for(self._random.uniform(1, 4))
        self.fired[deed] += 1

    async def _refuse_for(self, seconds: float) -> None:
        assert self._server is not None
        host, port = self._server.sockets[0].getsockname()
        self._server.close()
        self._cut(reset=True)
        await asyncio.sleep(seconds)
        self._server = await asyncio.start_server(self._serve, host, port)

    def _cut(self, *, reset: bool) -> None:
        for pair in list(self._pairs):
            for writer in pair:
                sock = writer.get_extra_info("socket")
                if reset and sock is not None:
                    with contextlib.suppress(OSError):
                        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            return
        pair = (writer, far_writer)
        self._pairs.add(pair)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, far_writer))
                group.create_task(self._pump(far_reader, writer))
        finally:
            self._pairs.discard(pair)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(65_536):
                await self._thawed.wait()
                if self._delay_s:
                    await asyncio.sleep(self._delay_s)
                writer.write(piece)
                await writer.drain()
        writer.transport.abort()
