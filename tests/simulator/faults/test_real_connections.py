"""Dropped connections as a client on the other end of a real socket sees them."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys

import httpx
import pytest
from click.testing import CliRunner

from polyterm.cli.main import polyterm
from tests.simulator.faults.stage import faulty_server

REQUEST = b"GET /ok HTTP/1.1\r\nHost: here\r\n\r\n"
UPGRADE = (
    b"GET /ws/market HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
PATIENCE_S = 20


async def answer_to(port: int, request: bytes) -> bytes:
    """Everything that comes back until the connection ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        async with asyncio.timeout(5):
            return await reader.read()
    finally:
        writer.close()


@pytest.mark.parametrize("kind", ["drop_request", "land_then_drop_reply"])
@pytest.mark.parametrize(("at", "request_"), [("GET /ok", REQUEST), ("WS /ws/market", UPGRADE)])
async def test_a_dropped_connection_ends_without_a_byte(kind, at, request_, caplog):
    async with faulty_server({"at": {"request": at}, "do": kind}) as server:
        assert await answer_to(server.port, request_) == b""
        assert [(f.kind, f.hits) for f in server.faults.fired] == [(kind, 1)]
        async with httpx.AsyncClient(base_url=server.url) as http:
            assert (await http.get("/ok")).status_code == 200
    assert caplog.records == []


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("at", "request_"), [("GET /ok", REQUEST), ("WS /ws/market", UPGRADE)])
async def test_a_reset_connection_is_an_error_for_who_reads(when, at, request_, caplog):
    async with faulty_server({"at": {"request": at}, "do": "reset", "when": when}) as server:
        with pytest.raises(ConnectionResetError):
            await answer_to(server.port, request_)
        assert [(f.kind, f.hits) for f in server.faults.fired] == [("reset", 1)]
    assert caplog.records == []


async def test_an_http_client_sees_a_protocol_error_and_then_an_exchange_as_before():
    fault = {"at": {"request": "GET /ok", "nth": 2}, "do": "drop_request"}
    async with faulty_server(fault) as server, httpx.AsyncClient(base_url=server.url) as http:
        assert (await http.get("/ok")).status_code == 200
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            await http.get("/ok")
        assert (await http.get("/ok")).status_code == 200
        assert len(server.faults.fired) == 1


async def test_a_server_ends_at_once_though_requests_hang_in_faults(caplog):
    fault = {"at": {"request": "GET /ok"}, "do": "stall", "seconds": 3600}
    async with asyncio.timeout(5):
        async with faulty_server(fault) as server:
            waiting = asyncio.ensure_future(answer_to(server.port, REQUEST))
            while not any(firing.hits for firing in server.faults.fired):
                await asyncio.sleep(0.01)
        assert await waiting == b""
    assert caplog.records == []


def test_a_plan_is_given_on_the_command_line(tmp_path):
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps([{"at": {"request": "GET /ok"}, "do": "drop_request"}]))
    command = [sys.executable, "-m", "polyterm", "exchange", "--watch-stdin", "--faults", str(plan)]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        url = json.loads(child.stdout.readline())["url"]
        with pytest.raises(httpx.TransportError):
            httpx.get(url + "/ok")
        assert httpx.get(url + "/ok").status_code == 200
        (firing,) = httpx.get(url + "/_local/faults").json()["fired"]
        assert (firing["kind"], firing["hits"]) == ("drop_request", 1)
        _, errors = child.communicate(timeout=PATIENCE_S)
    assert (child.returncode, errors) == (0, "")


def test_a_wrong_plan_is_refused_on_the_command_line(tmp_path):
    plan = tmp_path / "plan.json"
    plan.write_text('[{"at": {"t": 1}, "do": "rain"}]')
    result = CliRunner().invoke(polyterm, ["exchange", "--faults", str(plan)])
    assert result.exit_code == 1
    assert f"{plan}: Invalid value 'rain' - at `$[0].do`" in result.output
