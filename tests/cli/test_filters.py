"""Filters of `list-orders`: a word that no order can have is refused, not answered with nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from polyterm.strategies.registry import STRATEGIES
from tests.cli.asking import ask
from tests.cli.conftest import Polyterm, Served

ORDER: dict[str, Any] = {
    "token_id": "111",
    "side": "BUY",
    "params": {"strategy": "micro_price"},
    "size": "20",
    "max_price": "0.5",
}


@pytest.mark.parametrize(
    ("asked", "field", "words"),
    [
        ("status=foo", "status", "completed, cancelled, failed, not foo"),
        ("side=foo", "side", "one of buy, sell, not foo"),
        ("strategy=foo", "strategy", f"one of {', '.join(STRATEGIES)}, not foo"),
        ("all=maybe", "all", "one of 1, true, yes, 0, false, no, not maybe"),
        ("last=0", "last", "a whole number from 1 on, not '0'"),
        ("last=-1", "last", "a whole number from 1 on, not '-1'"),
    ],
)
def test_the_socket_names_the_field_and_what_it_can_be(
    served: Served, asked: str, field: str, words: str
):
    status, content = ask(served.socket, "GET", f"/orders?{asked}")
    (complaint,) = content["error"]["complaints"]
    assert (status, complaint["field"]) == (422, field)
    assert words in complaint["reason"]


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("--status foo", 2, "'partially_filled'"),
        ("--side foo", 2, "'buy', 'sell'"),
        ("--strategy foo", 1, "--strategy: one of iceberg"),
        ("--last 0", 2, "x>=1"),
        ("--market foo", 0, ""),
    ],
)
def test_the_command_does_too(polyterm: Polyterm, served: Served, line: str, code: int, words: str):
    done = polyterm(f"list-orders {line}")
    assert done.returncode == code
    assert words in done.stderr


@pytest.mark.parametrize("status", ["partially_filled", "PARTIALLY_FILLED"])
def test_the_newest_of_what_matches(polyterm: Polyterm, served: Served, status: str):
    for _ in range(3):
        ask(served.socket, "POST", "/orders", ORDER)
    line = f"list-orders --status {status} --strategy micro_price --side buy --last 2 --json"
    listed = json.loads(polyterm(line).stdout)
    assert [order["order_id"] for order in listed] == ["o3", "o2"]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("--strategy ", ["plain,iceberg", "plain,micro_price"]),
        ("--status PART", ["plain,partially_filled"]),
        ("--la", ["plain,--last"]),
    ],
)
def test_completion_knows_the_words(
    polyterm: Polyterm, monkeypatch: pytest.MonkeyPatch, words: str, offered: list[str]
):
    monkeypatch.setenv("_POLYTERM_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", f"polyterm list-orders {words}")
    monkeypatch.setenv("COMP_CWORD", str(1 + len(words.split(" "))))
    assert set(offered) <= set(polyterm("").stdout.splitlines())
