"""The local exchange as a process of its own, and the server around the core."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import httpx
import pytest
from websockets.asyncio.client import connect

from polyterm.simulator.flow_host import FlowHost
from polyterm.simulator.server import LocalExchangeServer, serve
from tests.fakes.still_flow import StillFlow, serving

PROGRAM = """
import sys
from polyterm.simulator.server import run_local_exchange
from tests.fakes.still_flow import StillFlow
sys.exit(run_local_exchange(flow=StillFlow(), watch_stdin={watch}, venue="replay", seed=5))
"""
PATIENCE_S = 20


@contextmanager
def process(*, watch_stdin: bool = False) -> Iterator[tuple[subprocess.Popen[str], dict]]:
    child = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM.format(watch=watch_stdin)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with child:
        try:
            assert child.stdout is not None
            yield child, json.loads(child.stdout.readline())
        finally:
            child.kill()


def test_one_line_says_where_it_listens():
    with process() as (child, ready):
        assert ready == {
            "ready": True,
            "url": f"http://127.0.0.1:{ready['port']}",
            "port": ready["port"],
            "pid": child.pid,
            "venue": "replay",
            "markets": 1,
        }
        assert httpx.get(ready["url"] + "/ok").json() == "OK"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(number):
    with process() as (child, ready):
        httpx.get(ready["url"] + "/ok")
        os.kill(child.pid, number)
        assert child.wait(PATIENCE_S) == 0
        assert child.stderr is not None
        assert child.stderr.read() == ""


def test_the_end_of_its_stdin_ends_it():
    with process(watch_stdin=True) as (child, _):
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait(PATIENCE_S) == 0


async def test_it_ends_at_once_though_clients_stay_connected():
    end = asyncio.Event()
    async with asyncio.timeout(5):
        server = LocalExchangeServer(StillFlow())
        ready: asyncio.Queue[LocalExchangeServer] = asyncio.Queue()
        serving_task = asyncio.create_task(serve(server, end, ready.put_nowait))
        await ready.get()
        async with connect(f"ws://127.0.0.1:{server.port}/ws/market") as socket:
            await socket.send(json.dumps({"type": "market", "assets_ids": []}))
            end.set()
            await serving_task


class BrokenFlow(StillFlow):
    async def run(self, host: FlowHost, random: Random) -> None:
        raise RuntimeError("the flow broke")


async def test_a_flow_that_breaks_takes_the_exchange_down_loudly():
    async with asyncio.timeout(5):
        with pytest.raises(RuntimeError, match="the flow broke"):
            await serve(LocalExchangeServer(BrokenFlow()), asyncio.Event(), lambda server: None)


async def test_a_flow_that_ends_leaves_the_exchange_open():
    async with serving() as server:
        end = asyncio.Event()
        waiting = asyncio.create_task(server.run_until(end))
        async with httpx.AsyncClient(base_url=server.url) as http:
            assert (await http.get("/ok")).status_code == 200
        assert not waiting.done()
        end.set()
        await waiting


async def test_a_taken_port_is_an_error_and_nothing_is_left_open():
    async with serving() as server:
        with pytest.raises(OSError, match="in use"):
            async with LocalExchangeServer(StillFlow(), port=server.port):
                raise AssertionError("two servers on one port")


def test_it_loads_neither_the_official_client_nor_the_rest_of_polyterm():
    program = (
        "import sys, polyterm.simulator.server, polyterm.simulator.eip712;"
        "print(*sys.modules, sep='\\n')"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = set(run.stdout.split())
    unwanted = {"py_clob_client_v2", "eth_account", "textual", "rich", "httpx"}
    assert not unwanted & loaded
    assert not {m for m in loaded if m.startswith(("polyterm.engine", "polyterm.exchange"))}
