"""`add-order --wait`: the order's id is told at once, and never lost."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from polyterm.models.enums import OrderStatus
from tests.cli.conftest import Served
from tests.cli.running import POLYTERM
from tests.fakes.control_engine import NOW_MS

BUY = (
    "add-order --market will-it-rain --outcome yes --side buy --strategy micro_price "
    "--size 20 --max-price 0.6"
)


@contextmanager
def _waiting(*more: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [*POLYTERM, *BUY.split(), "--wait", *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process


def _end(served: Served, status: OrderStatus) -> None:
    order_id, order = next(iter(served.engine.orders.items()))
    served.engine.orders[order_id] = replace(order, status=status, ended_ms=NOW_MS)


@pytest.mark.parametrize(("status", "code"), [(OrderStatus.COMPLETED, 0), (OrderStatus.FAILED, 1)])
def test_waiting_ends_with_the_order_and_tells_how(served: Served, status: OrderStatus, code: int):
    with _waiting("--json") as process:
        assert process.stdout is not None
        accepted = json.loads(process.stdout.readline())
        assert (accepted["order_id"], accepted["ended_at"]) == ("o1", None)
        _end(served, status)
        (ended,) = process.communicate(timeout=20)[0].splitlines()
    assert process.returncode == code
    assert json.loads(ended)["status"] == status


def test_a_person_reads_the_id_at_once(served: Served):
    with _waiting() as process:
        assert process.stderr is not None
        assert "order o1 was accepted" in process.stderr.readline()
        _end(served, OrderStatus.COMPLETED)
        told, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "COMPLETED" in told


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_an_interrupt_leaves_it_working_and_says_how_to_go_on(
    served: Served, more: tuple[str, ...]
):
    with _waiting(*more) as process:
        told = process.stdout if more else process.stderr
        assert told is not None
        assert "o1" in told.readline()
        process.send_signal(signal.SIGINT)
        _, words = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "o1 goes on working: polyterm status o1 shows it, polyterm cancel o1 ends it" in words
    assert "Aborted" not in words
    assert not served.engine.order_status(next(iter(served.engine.orders))).status.is_final


def test_an_engine_that_ends_meanwhile_leaves_the_id(served: Served):
    with _waiting("--json") as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["order_id"] == "o1"
        served.socket.unlink()
        rest, words = process.communicate(timeout=20)
    assert process.returncode == 3
    assert "how o1 ended is not known: polyterm status o1" in words
    assert "no engine runs" in json.loads(rest)["error"]["message"]


def test_an_answer_that_never_came_says_where_to_look(home: Path):
    with closing(socket.socket(socket.AF_UNIX)) as deaf:
        deaf.bind(str(home / "deaf.sock"))
        deaf.listen()
        with subprocess.Popen(
            [*POLYTERM, *BUY.split(), "--socket", str(home / "deaf.sock")],
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            deaf.accept()[0].close()
            _, words = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "whether the order was taken is not known: polyterm list-orders" in words
