from __future__ import annotations

import socket
import urllib.error
import urllib.request

import pytest

from polyterm.cli.failure import Failure
from polyterm.cli.metrics_server import bound_port, serving_metrics
from tests.cli.running import started
from tests.fakes.control_engine import ControlEngine


def test_a_daemon_shows_its_metrics_on_a_port_and_nothing_else(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("POLYTERM_METRICS__PORT", "0")
    with started("daemon", "--seed", "3") as (_, ready):
        url = ready["metrics"]
        assert url.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310
            assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
            assert b"\npolyterm_can_trade 1\n" in answer.read()
        for method, path, refused in (("GET", "orders", 404), ("POST", "metrics", 405)):
            asked = urllib.request.Request(url.replace("metrics", path), method=method)  # noqa: S310
            with pytest.raises(urllib.error.HTTPError) as error:
                urllib.request.urlopen(asked, timeout=5)  # noqa: S310
            with error.value as answer:
                assert answer.code == refused


async def test_without_the_setting_nothing_listens():
    async with serving_metrics(ControlEngine(), None) as url:
        assert url is None


async def test_a_port_that_is_taken_is_named():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Failure, match=f"metrics.port: 127.0.0.1:{port}"), bound_port(port):
            pass
