from __future__ import annotations

import contextlib
import json
import signal
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from polyterm.cli.places import find_place
from tests.cli.conftest import Polyterm
from tests.cli.running import POLYTERM, Exchange, eventually, in_terminal, started


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    with started("exchange", "--pace", "20", "--seed", "7") as (_, ready):
        yield Exchange(ready["url"])


@contextlib.contextmanager
def _daemon(exchange: Exchange) -> Iterator[subprocess.Popen[str]]:
    with started("daemon", "--exchange-url", exchange.url) as (process, _):
        yield process


def _json(polyterm: Polyterm, line: str) -> Any:
    done = polyterm(f"{line} --json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _rest_far_from_the_market(polyterm: Polyterm, exchange: Exchange, count: int) -> list[str]:
    slug, _, _ = exchange.near_the_middle()[0]
    line = (
        f"add-order --market {slug} --outcome yes --side buy --strategy micro_price --size 10 "
        "--urgency low --max-price 0.05"
    )
    order_ids = [_json(polyterm, line)["order_id"] for _ in range(count)]
    eventually(lambda: len(exchange.open_orders()) == count)
    return order_ids


def test_a_daemon_works_three_strategies_to_their_end(polyterm: Polyterm, exchange: Exchange):
    with _daemon(exchange):
        markets = exchange.near_the_middle()
        probability = f"{markets[2][2] + 0.1:.2f}"
        asked = ["iceberg --tranche-size 20", "micro_price", f"kelly --probability {probability}"]
        order_ids = [
            _json(
                polyterm,
                f"add-order --market {slug} --outcome yes --side buy --size 40 --urgency high "
                f"--max-price {ask + 0.05:.2f} --strategy {strategy}",
            )["order_id"]
            for (slug, _, ask), strategy in zip(markets, asked, strict=False)
        ]
        for order_id in order_ids:
            order = eventually(lambda order_id=order_id: _ended(polyterm, order_id))
            assert (order["status"], order["filled"]) == ("COMPLETED", order["size"])
            assert order["average_price"] is not None


def test_no_secret_reaches_log_database_or_output(
    polyterm: Polyterm, exchange: Exchange, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("POLYTERM_LOGS__LEVEL", "debug")
    with _daemon(exchange) as process:
        (order_id,) = _rest_far_from_the_market(polyterm, exchange, 1)
        shown = _shown_by(polyterm, *_RUNNING)
        process.kill()
        process.wait(10)
    shown += _shown_by(polyterm, f"logs --order {order_id}", *_ALONE)
    files = find_place().directory
    credentials = json.loads((files / "api-credentials.json").read_text())
    secrets = [(files / "play-wallet.key").read_text()]
    secrets += [credentials["secret"], credentials["passphrase"]]
    kept = [file for file in files.rglob("*") if file.is_file()]
    told = b"".join(file.read_bytes() for file in kept if "polyterm" in file.name)
    told += b"".join(file.read_bytes() for file in kept if file.suffix == ".db") + shown.encode()
    assert b"micro_price" in told
    assert b"POST /auth/api-key: 200" in told
    assert [secret for secret in secrets if secret.encode() in told] == []
    assert {file.stat().st_mode & 0o777 for file in kept} == {0o600}
    assert polyterm("emergency-stop").returncode == 0


_RUNNING = ("status", "metrics", "metrics --json", "positions", "limits", "health", "doctor --json")
_ALONE = (
    "logs --last 1000",
    "export decisions",
    "export orders --format jsonl",
    "backup",
    "config show",
    "keys show",
    "doctor",
)


def _shown_by(polyterm: Polyterm, *lines: str) -> str:
    done = [polyterm(line) for line in lines]
    assert [each.stderr for each in done if each.returncode] == []
    return "".join(each.stdout + each.stderr for each in done)


def _ended(polyterm: Polyterm, order_id: str) -> Any:
    order = _json(polyterm, f"status {order_id}")
    return order if order["ended_at"] else None


def test_an_emergency_stop_leaves_nothing_open_and_holds(polyterm: Polyterm, exchange: Exchange):
    with _daemon(exchange):
        _rest_far_from_the_market(polyterm, exchange, 10)
        stop = _json(polyterm, "emergency-stop")
        assert (stop["state"], stop["open_orders"]) == ("STOPPED_VERIFIED", 0)
        assert exchange.open_orders() == []
        refused = polyterm(
            "add-order --token 1 --side buy --strategy kelly --max-price 0.5 --probability 0.6"
        )
        assert refused.returncode == 6
    with _daemon(exchange):
        assert _json(polyterm, "status")["stop"]["state"] == "STOPPED_VERIFIED"


def test_a_killed_engine_knows_everything_when_it_is_started_again(
    polyterm: Polyterm, exchange: Exchange
):
    with _daemon(exchange) as process:
        order_ids = _rest_far_from_the_market(polyterm, exchange, 3)
        process.send_signal(signal.SIGKILL)
        assert process.wait(10) == -signal.SIGKILL
    assert polyterm("list-orders").returncode == 3
    assert len(exchange.open_orders()) == 3
    with _daemon(exchange):
        known = {order["order_id"] for order in _json(polyterm, "list-orders")}
        assert known == set(order_ids)
        eventually(lambda: len(exchange.open_orders()) == 3)
    assert exchange.open_orders() == []


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSTOP], ids=["gone", "hung"])
def test_an_emergency_stop_works_without_the_engine(
    polyterm: Polyterm, exchange: Exchange, end: signal.Signals
):
    with _daemon(exchange) as process:
        _rest_far_from_the_market(polyterm, exchange, 3)
        process.send_signal(end)
        stop = _json(polyterm, "emergency-stop")
        assert stop["state"] == "STOPPED_VERIFIED"
        assert exchange.open_orders() == []
        process.kill()


def test_a_stop_without_the_engine_is_latched_for_the_next_one(
    polyterm: Polyterm, exchange: Exchange
):
    with _daemon(exchange) as process:
        _rest_far_from_the_market(polyterm, exchange, 2)
        process.kill()
        process.wait(10)
    assert polyterm("emergency-stop").returncode == 0
    with _daemon(exchange):
        eventually(lambda: _json(polyterm, "status")["stop"]["state"] == "STOPPED_VERIFIED")


def test_orders_that_were_stopped_without_the_engine_never_trade_again(
    polyterm: Polyterm, exchange: Exchange
):
    with _daemon(exchange) as process:
        stopped = _rest_far_from_the_market(polyterm, exchange, 2)
        process.kill()
        process.wait(10)
    assert polyterm("emergency-stop").returncode == 0
    with _daemon(exchange):
        for order_id in stopped:
            order = eventually(lambda order_id=order_id: _ended(polyterm, order_id))
            assert (order["status"], order["reason"]) == ("CANCELLED", "emergency stop")
        eventually(lambda: polyterm("rearm").returncode == 0)
        (order_id,) = _rest_far_from_the_market(polyterm, exchange, 1)
        assert [o["order_id"] for o in _json(polyterm, "list-orders")] == [order_id]


def test_an_engine_that_was_stopped_while_it_hung_is_stopped_when_it_wakes(
    polyterm: Polyterm, exchange: Exchange
):
    with _daemon(exchange) as process:
        stopped = _rest_far_from_the_market(polyterm, exchange, 2)
        process.send_signal(signal.SIGSTOP)
        try:
            done = polyterm("emergency-stop --json")
            assert done.returncode == 0, done.stderr
            assert json.loads(done.stdout)["state"] == "STOPPED_VERIFIED"
            assert f"kill -9 {process.pid}" in done.stderr
            assert "the stop is latched" in done.stderr
            assert exchange.open_orders() == []
        finally:
            process.send_signal(signal.SIGCONT)
        for order_id in stopped:
            order = eventually(lambda order_id=order_id: _ended(polyterm, order_id))
            assert (order["status"], order["reason"]) == ("CANCELLED", "emergency stop")
            assert len(order["history"]["children"]) == 1
        eventually(lambda: _json(polyterm, "status")["stop"]["state"] == "STOPPED_VERIFIED")
        assert polyterm("rearm").returncode == 0
        (order_id,) = _rest_far_from_the_market(polyterm, exchange, 1)
        assert [o["order_id"] for o in _json(polyterm, "list-orders")] == [order_id]


def test_a_second_engine_on_a_venue_is_refused_by_pid(polyterm: Polyterm, exchange: Exchange):
    with _daemon(exchange) as process:
        second = polyterm(f"daemon --exchange-url {exchange.url}")
        assert second.returncode == 1
        assert f"process {process.pid}" in second.stderr


def test_the_demo_fills_all_three_orders(polyterm: Polyterm, exchange: Exchange):
    done = polyterm(f"demo --json --timeout 50 --exchange-url {exchange.url}")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert [order["status"] for order in report["orders"]] == ["COMPLETED"] * 3


def test_a_demo_without_an_exchange_says_so(polyterm: Polyterm):
    done = polyterm("demo --exchange-url http://127.0.0.1:9")
    assert done.returncode == 5
    assert "cannot be reached" in done.stderr


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP])
def test_44_the_console_answers_commands_and_unwinds_on_a_signal(
    polyterm: Polyterm, exchange: Exchange, end: signal.Signals
):
    with in_terminal("--exchange-url", exchange.url) as (process, _):
        eventually(lambda: polyterm("health").returncode == 0)
        _rest_far_from_the_market(polyterm, exchange, 2)
        process.send_signal(end)
        assert process.wait(20) == 0
    assert exchange.open_orders() == []


def test_the_bare_command_starts_an_exchange_of_its_own_and_ends_it(polyterm: Polyterm):
    with in_terminal() as (process, _):
        eventually(lambda: polyterm("health").returncode == 0)
        url = json.loads(polyterm("status --json").stdout)["exchange"]
        assert Exchange(url).get("/ok") == "OK"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    with pytest.raises(OSError, match="refused"):
        Exchange(url).get("/ok")


def test_a_demo_that_is_ended_early_cancels_what_is_open(exchange: Exchange):
    with subprocess.Popen(
        [*POLYTERM, "demo", "--exchange-url", exchange.url], stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert "buy" in process.stderr.readline()
        process.terminate()
        told = process.stderr.read()
        assert process.wait(20) == 1
    assert "ended by a signal" in told
    assert "Traceback" not in told
    assert exchange.open_orders() == []
