from __future__ import annotations

import asyncio
import http.client
import json
import os
import socket
import stat
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from polyterm.cli.control_app import control_app
from polyterm.cli.control_client import (
    EngineSocket,
    NoAnswerError,
    NoEngineError,
    WrongEngineError,
)
from polyterm.cli.control_socket import bound_socket, choose_socket, serving
from polyterm.cli.failure import Failure
from polyterm.cli.places import find_place
from polyterm.cli.venue_lock import EngineRecord, VenueLock, read_record
from polyterm.models.events import Noticed, StopState
from tests.cli.asking import ask, odd_engine
from tests.cli.conftest import Polyterm, Served
from tests.cli.running import eventually
from tests.fakes.control_engine import NOW_MS, ControlEngine

ORDER = {
    "market": "will-it-rain",
    "outcome": "no",
    "side": "BUY",
    "params": {"strategy": "micro_price"},
    "size": "20",
    "max_price": "0.5",
}


@contextmanager
def _connection(path: Path) -> Iterator[http.client.HTTPConnection]:
    with closing(http.client.HTTPConnection("localhost", timeout=10)) as connection:
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(10)
        connection.sock.connect(str(path))
        yield connection


@pytest.mark.parametrize(
    ("method", "target", "body", "status"),
    [
        ("GET", "/orders", None, 200),
        ("POST", "/orders", ORDER, 201),
        ("POST", "/orders", {**ORDER, "token_id": "111"}, 422),
        ("POST", "/orders", {**ORDER, "outcome": "maybe"}, 404),
        ("POST", "/orders", {**ORDER, "market": "unknown"}, 404),
        ("POST", "/orders", {**ORDER, "sise": "20"}, 422),
        ("POST", "/orders", [1], 422),
        ("GET", "/orders?last=0", None, 422),
        ("GET", "/orders?last=many", None, 422),
        ("GET", "/orders/nope", None, 404),
        ("POST", "/orders/nope/pause", None, 404),
        ("GET", "/account", None, 200),
        ("GET", "/markets?limit=many", None, 200),
        ("GET", "/nowhere", None, 404),
        ("PUT", "/orders", None, 405),
        ("GET", "/events?after=x", None, 400),
        ("GET", "/stream/books", None, 400),
        ("GET", "/stream/books?token=111&hz=1000", None, 400),
        ("GET", "/books/111?depth=few", None, 400),
    ],
)
def test_routes_answer_with_the_right_status(
    served: Served, method: str, target: str, body: Any, status: int
):
    answered, content = ask(served.socket, method, target, body)
    assert answered == status
    if status >= 400:
        assert set(content["error"]) == {"message", "complaints"}


def test_a_refused_order_names_the_field_at_fault(served: Served):
    _, content = ask(served.socket, "POST", "/orders", {**ORDER, "sise": "20"})
    assert content["error"]["complaints"][0]["field"] == "sise"
    assert served.engine.requests == []


def test_facts_stream_from_the_journal_and_go_on(served: Served):
    ask(served.socket, "POST", "/orders", ORDER)
    with _connection(served.socket) as connection:
        connection.request("GET", "/events?after=0")
        response = connection.getresponse()
        assert response.getheader("content-type", "").startswith("text/event-stream")
        lines = iter(response.readline, b"")
        assert b"id: 1\n" in lines
        assert next(lines) == b"event: OrderAccepted\n"
        served.engine.facts.append(Noticed(at_ms=NOW_MS, seq=2, is_alarm=False, text="later"))
        assert b"id: 2\n" in lines
        assert next(lines) == b"event: Noticed\n"
        assert json.loads(next(lines).removeprefix(b"data: "))["text"] == "later"


def test_a_stream_that_was_cut_off_goes_on_after_the_last_event_seen(served: Served):
    for _ in range(3):
        ask(served.socket, "POST", "/orders", ORDER)
    with _connection(served.socket) as connection:
        connection.request("GET", "/events", headers={"Last-Event-ID": "2"})
        lines = iter(connection.getresponse().readline, b"")
        assert next(line for line in lines if line.startswith(b"id:")) == b"id: 3\n"


def test_where_a_reader_was_counts_more_than_the_address_it_began_with(served: Served):
    for _ in range(3):
        ask(served.socket, "POST", "/orders", ORDER)
    with _connection(served.socket) as connection:
        connection.request("GET", "/events?after=0", headers={"Last-Event-ID": "2"})
        lines = iter(connection.getresponse().readline, b"")
        assert next(line for line in lines if line.startswith(b"id:")) == b"id: 3\n"


def test_a_stream_after_facts_that_never_were_is_refused_with_where_to_go_on(served: Served):
    for _ in range(3):
        ask(served.socket, "POST", "/orders", ORDER)
    status, content = ask(served.socket, "GET", "/events?after=4")
    assert (status, "go on after 3" in content["error"]["message"]) == (416, True)
    assert ask(served.socket, "GET", f"/events?after={'9' * 5_000}")[0] == 400
    with _connection(served.socket) as connection:
        connection.request("GET", "/events?after=3")
        assert connection.getresponse().status == 200


@pytest.mark.parametrize("target", ["/events?after=0", "/stream/books?token=111&hz=30"])
def test_a_reader_who_hangs_up_is_let_go_without_a_word_in_the_log(
    served: Served, target: str, caplog: pytest.LogCaptureFixture
):
    served.engine.facts = [
        Noticed(at_ms=NOW_MS, seq=number, is_alarm=False, text="x" * 200)
        for number in range(1, 2_001)
    ]
    for _ in range(5):
        with _connection(served.socket) as connection:
            connection.request("GET", target)
            assert connection.getresponse().readline().startswith(b": polyterm")
    eventually(lambda: not served.engine.readers and not served.engine.watched)
    assert caplog.messages == []


def test_a_stream_after_facts_that_are_gone_is_refused_with_where_to_go_on(served: Served):
    for _ in range(3):
        ask(served.socket, "POST", "/orders", ORDER)
    served.engine.kept_from = 2
    for headers in ({"Last-Event-ID": "1"}, {"Last-Event-ID": "0"}):
        status, content = ask(served.socket, "GET", "/events", None, **headers)
        assert (status, "go on after 2" in content["error"]["message"]) == (410, True)
    with _connection(served.socket) as connection:
        connection.request("GET", "/events?after=2")
        lines = iter(connection.getresponse().readline, b"")
        assert next(line for line in lines if line.startswith(b"id:")) == b"id: 3\n"


def test_a_stream_whose_facts_go_while_it_reads_ends_with_a_word(served: Served):
    for _ in range(2):
        ask(served.socket, "POST", "/orders", ORDER)
    served.engine.goes_after = 1
    with _connection(served.socket) as connection:
        connection.request("GET", "/events?after=0")
        told = connection.getresponse().read().decode()
    assert "id: 1\n" in told
    assert "id: 2\n" not in told
    assert "event: Pruned\n" in told
    assert "go on after 7" in told


def test_the_socket_is_its_owners_alone_and_gone_afterwards(home: Path):
    path = home / "run" / "engine.sock"
    with bound_socket(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert not path.exists()


def test_a_socket_that_a_killed_engine_left_is_replaced(home: Path):
    path = home / "engine.sock"
    with closing(socket.socket(socket.AF_UNIX)) as dead:
        dead.bind(str(path))
    assert path.is_socket()
    with bound_socket(path):
        assert path.is_socket()


def test_a_socket_on_which_an_engine_listens_is_not_taken_from_it(served: Served):
    with pytest.raises(Failure) as refused, bound_socket(served.socket):
        pass
    assert f"the engine of the demo venue, process {os.getpid()}, listens" in refused.value.message
    assert "--socket" in refused.value.message
    assert ask(served.socket, "GET", "/health")[0] == 200


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"])
def test_a_socket_on_which_somebody_else_listens_is_not_taken_either(home: Path, answer: bytes):
    path = home / "theirs.sock"
    with odd_engine(path, answer), pytest.raises(Failure, match="program"), bound_socket(path):
        pass
    assert path.is_socket()


def test_a_socket_that_took_the_place_of_ours_stays_when_we_go(home: Path):
    path = home / "engine.sock"
    with closing(socket.socket(socket.AF_UNIX)) as other:
        with bound_socket(path):
            path.unlink()
            other.bind(str(path))
        assert path.is_socket()


def test_a_folder_that_cannot_be_made_is_named(home: Path):
    (home / "notes.txt").write_text("mine")
    for path in (home / "notes.txt" / "engine.sock", home / "notes.txt" / "deep" / "engine.sock"):
        with pytest.raises(Failure, match="folder"), bound_socket(path):
            pass


def test_what_fails_beside_a_server_is_told_as_it_is(home: Path):
    async def fail() -> None:
        with bound_socket(home / "engine.sock") as listener:
            async with serving(control_app(ControlEngine()), listener):
                raise Failure("beside")

    with pytest.raises(Failure, match="beside"):
        asyncio.run(fail())


def test_an_answer_says_whose_it_is(served: Served):
    for target in ("/health", "/nowhere", "/events?after=x"):
        with _connection(served.socket) as connection:
            connection.request("GET", target)
            answer = connection.getresponse()
            assert answer.getheader("Polyterm-Venue") == "demo"
            assert answer.getheader("Polyterm-Pid") == str(os.getpid())


def test_what_was_meant_for_another_engine_is_turned_away_before_anything_is_done(
    served: Served, home: Path
):
    others = (find_place("live"), find_place(data_dir=home / "other"))
    for other, flag in zip(others, ("--venue", "--data-dir"), strict=True):
        with pytest.raises(WrongEngineError) as refused:
            EngineSocket(other, served.socket).ask("POST", "/orders", ORDER)
        assert f"process {os.getpid()}" in refused.value.message
        assert flag in refused.value.message
        assert refused.value.exit_code == 3
        with pytest.raises(WrongEngineError):
            list(EngineSocket(other, served.socket).stream("/events?after=0"))
    assert served.engine.requests == []


def test_a_stop_of_an_engine_that_was_not_meant_fails_and_stops_nobody(
    served: Served, polyterm: Polyterm
):
    done = polyterm(f"emergency-stop --socket {served.socket} --venue live")
    assert done.returncode == 3
    assert "to mean this one, say --venue demo" in done.stderr
    assert "directly" not in done.stderr
    assert served.engine.stop.state is StopState.RUNNING


def test_where_another_engine_took_the_path_of_one_that_is_gone_ours_counts_as_gone(
    served: Served, home: Path
):
    gone = find_place(data_dir=home / "other").make()
    with VenueLock(gone.directory) as lock:
        lock.announce(EngineRecord(1, socket=str(served.socket)))
    with pytest.raises(NoEngineError, match="was meant"):
        EngineSocket(gone).ask("GET", "/health")


def test_a_folder_that_is_reached_by_another_name_is_the_same(served: Served, home: Path):
    (home / "link").symlink_to(home / "data")
    place = find_place(data_dir=home / "link")
    assert EngineSocket(place, served.socket).ask("GET", "/health")["can_trade"] is True


def test_a_named_socket_alone_says_which_engine_of_the_venue_is_meant(
    served: Served, polyterm: Polyterm, home: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("POLYTERM_DATA_DIR", str(home / "other"))
    assert polyterm(f"status --socket {served.socket}").returncode == 0
    for meant in ("--venue live", f"--data-dir {home / 'other'}"):
        done = polyterm(f"status --socket {served.socket} {meant}")
        assert done.returncode == 3
        assert "was meant" in done.stderr


def test_a_file_that_is_no_socket_is_left_alone(home: Path):
    path = home / "notes.txt"
    path.write_text("mine")
    with pytest.raises(Failure, match="in use"), bound_socket(path):
        pass
    assert path.read_text() == "mine"


def test_the_socket_lies_in_the_runtime_directory_where_there_is_one(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    place = find_place()
    assert choose_socket(place) == place.directory / "control.sock"
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(home / "run"))
    other = find_place(data_dir=home / "other")
    assert choose_socket(place).parent == home / "run" / "polyterm-console"
    assert choose_socket(place) != choose_socket(other)


def test_a_path_too_long_for_a_socket_falls_back_or_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    deep = find_place(data_dir=home / ("d" * 120))
    with pytest.raises(Failure, match="--socket"):
        choose_socket(deep)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(home))
    assert choose_socket(deep).parent == home / "polyterm-console"
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(home / ("r" * 120)))
    assert choose_socket(find_place()) == find_place().directory / "control.sock"


def test_other_commands_find_the_engine_by_its_record(served: Served):
    record = read_record(served.place.directory)
    assert record is not None
    assert record.socket == str(served.socket)
    assert EngineSocket(served.place).ask("GET", "/health")["can_trade"] is True


def test_an_engine_that_hangs_is_told_apart_from_none(home: Path):
    path = home / "hung.sock"
    with closing(socket.socket(socket.AF_UNIX)) as hung:
        hung.bind(str(path))
        hung.listen()
        started = time.monotonic()
        with pytest.raises(NoAnswerError, match="did not answer"):
            EngineSocket(find_place(), path).ask("GET", "/health", answer_s=0.2)
        assert time.monotonic() - started < 5


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 500 no\r\n\r\n<html>"])
def test_an_answer_that_makes_no_sense_is_a_failure_in_words(home: Path, answer: bytes):
    path = home / "odd.sock"
    with odd_engine(path, answer), pytest.raises(Failure):
        EngineSocket(find_place(), path).ask("GET", "/health", answer_s=5)
