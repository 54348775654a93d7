"""What keeps an engine or an exchange from starting, in words and not as a traceback."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from polyterm.cli.places import find_place
from tests.cli.conftest import Polyterm
from tests.cli.running import Exchange, eventually, started


def _refused(polyterm: Polyterm, line: str, *words: str) -> None:
    done = polyterm(line)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


def test_a_folder_that_cannot_be_is_named(polyterm: Polyterm, home: Path):
    (home / "file").write_text("")
    for root in (home / "file" / "x", Path("/proc/foo")):
        _refused(polyterm, f"daemon --data-dir {root}", f"{root}/demo cannot be made")
    _refused(polyterm, f"daemon --socket {home}/file/foo.sock", f"{home}/file should be a folder")
    for name in ("polyterm.log", "engine.lock"):
        (home / name / "demo" / name).mkdir(parents=True)
        _refused(polyterm, f"daemon --data-dir {home / name}", name, "Is a directory")


def test_the_doctor_says_where_no_folder_can_be(polyterm: Polyterm, home: Path):
    (home / "file").write_text("")
    done = polyterm(f"doctor --json --data-dir {home}/file/x")
    assert done.returncode == 1
    found = {each["name"]: each for each in json.loads(done.stdout)}
    assert found["files"]["verdict"] == "ILL"
    assert f"{home}/file is a file" in found["files"]["text"]


def test_a_port_that_is_taken_is_named(polyterm: Polyterm, monkeypatch: pytest.MonkeyPatch):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        in_use = f"127.0.0.1:{port}: Address already in use"
        _refused(polyterm, f"exchange --port {port}", in_use)
        monkeypatch.setenv("POLYTERM_METRICS__PORT", str(port))
        _refused(polyterm, "daemon", f"metrics.port: {in_use}")


def test_a_start_that_fails_ends_no_order(polyterm: Polyterm, monkeypatch: pytest.MonkeyPatch):
    with started("exchange", "--seed", "7") as (_, ready):
        exchange = Exchange(ready["url"])
        slug, _, _ = exchange.near_the_middle()[0]
        url = f"--exchange-url {exchange.url}"
        with started("daemon", "--exchange-url", exchange.url) as (process, _):
            order = f"--market {slug} --outcome yes --side buy --strategy micro_price --size 10"
            assert polyterm(f"add-order {order} --max-price 0.05").returncode == 0
            eventually(exchange.open_orders)
            process.kill()
            process.wait(10)
        with socket.create_server(("127.0.0.1", 0)) as other:
            monkeypatch.setenv("POLYTERM_METRICS__PORT", str(other.getsockname()[1]))
            _refused(polyterm, f"daemon {url}", "metrics.port")
        monkeypatch.delenv("POLYTERM_METRICS__PORT")
        assert len(exchange.open_orders()) == 1
        assert polyterm("emergency-stop").returncode == 0


def test_a_second_daemon_does_not_take_the_socket_of_the_first(polyterm: Polyterm, home: Path):
    path = home / "shared.sock"
    with started("daemon", "--socket", str(path)) as (process, _):
        _refused(
            polyterm,
            f"daemon --data-dir {home}/other --socket {path}",
            f"{path}: the engine of the demo venue, process {process.pid}, listens there",
        )
        assert polyterm("status").returncode == 0
        assert polyterm(f"status --data-dir {home}/other --socket {path}").returncode == 3
    assert not path.exists()
    assert find_place().log.is_file()


def test_a_daemon_is_ready_on_a_silent_exchange_and_says_that_it_sends_nothing(
    manager: socket.socket,
):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
    with started("daemon", "--exchange-url", f"http://127.0.0.1:{port}") as (_, ready):
        assert (ready["ready"], ready["can_trade"]) == (True, False)
        assert "does not answer" in ready["problem"]
        assert manager.recv(500).startswith(b"READY=1\nSTATUS=sends nothing: ")
        with started("exchange", "--port", str(port), "--seed", "7"):
            assert manager.recv(500) == b"STATUS=working orders"
