"""An order sent again under its key: what is known answers, whatever the engine can do now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from polyterm.models.events import StopState
from polyterm.models.ids import OrderId
from polyterm.models.views import StopView
from tests.cli.asking import ask
from tests.cli.conftest import Polyterm, Served
from tests.fakes.control_engine import ControlEngine

ORDER: dict[str, Any] = {
    "market": "will-it-rain",
    "outcome": "no",
    "side": "BUY",
    "params": {"strategy": "micro_price"},
    "size": "20",
    "max_price": "0.5",
}
OTHERS = [{"size": "21"}, {"outcome": "yes"}, {"market": "will-it-snow"}]


def _open(engine: ControlEngine) -> None: ...


def _stopped(engine: ControlEngine) -> None:
    engine.stop = StopView(state=StopState.STOPPED_VERIFIED)


def _unreachable(engine: ControlEngine) -> None:
    engine.is_reachable = False


def _forgotten(engine: ControlEngine) -> None:
    engine.forgotten.update(engine.orders)


def _all_at_once(engine: ControlEngine) -> None:
    for come_true in (_stopped, _unreachable, _forgotten):
        come_true(engine)


in_any_state = pytest.mark.parametrize(
    "come_true", [_open, _stopped, _unreachable, _forgotten, _all_at_once]
)


@in_any_state
def test_the_same_order_answers(served: Served, come_true: Callable[[ControlEngine], None]):
    first = ask(served.socket, "POST", "/orders", ORDER, Idempotency_Key="k1")
    come_true(served.engine)
    again = ask(served.socket, "POST", "/orders", ORDER, Idempotency_Key="k1")
    assert (first[0], again) == (201, first)
    in_body = {**ORDER, "client_key": "k1"}
    assert ask(served.socket, "POST", "/orders", in_body) == first
    assert len(served.engine.requests) == 1


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("come_true", [_open, _stopped])
def test_another_one_under_its_key_conflicts(
    served: Served, come_true: Callable[[ControlEngine], None], other: dict[str, str]
):
    ask(served.socket, "POST", "/orders", ORDER, Idempotency_Key="k1")
    come_true(served.engine)
    status, content = ask(
        served.socket, "POST", "/orders", {**ORDER, **other}, Idempotency_Key="k1"
    )
    assert (status, len(served.engine.requests)) == (409, 1)
    assert "o1" in content["error"]["message"]


def test_what_cannot_be_compared_without_the_exchange_names_the_order(served: Served):
    ask(served.socket, "POST", "/orders", ORDER, Idempotency_Key="k1")
    named = replace(served.engine.orders[OrderId("o1")], outcome="Down")
    served.engine.orders[OrderId("o1")] = named
    _unreachable(served.engine)
    status, content = ask(served.socket, "POST", "/orders", ORDER, Idempotency_Key="k1")
    assert status == 502
    assert "this key stands for order o1" in content["error"]["message"]


@pytest.mark.parametrize(("come_true", "status"), [(_stopped, 423), (_unreachable, 502)])
def test_an_order_that_never_was_is_refused(
    served: Served, come_true: Callable[[ControlEngine], None], status: int
):
    come_true(served.engine)
    answer = ask(served.socket, "POST", "/orders", ORDER, Idempotency_Key="k1")
    assert (answer[0], served.engine.requests) == (status, [])


@in_any_state
def test_a_whole_group_answers(served: Served, come_true: Callable[[ControlEngine], None]):
    group = {"orders": [ORDER, {**ORDER, "size": "30"}], "client_key": "all"}
    first = ask(served.socket, "POST", "/orders/group", group)
    come_true(served.engine)
    assert (first[0], ask(served.socket, "POST", "/orders/group", group)) == (201, first)
    assert len(served.engine.requests) == 2


def test_a_group_of_which_a_part_stands_says_so_while_stopped(served: Served):
    ask(served.socket, "POST", "/orders", ORDER, Idempotency_Key="all.1")
    _stopped(served.engine)
    group = {"orders": [ORDER, {**ORDER, "size": "30"}], "client_key": "all"}
    status, content = ask(served.socket, "POST", "/orders/group", group)
    assert status == 423
    assert "of this group there are o1, and the rest was not ordered" in content["error"]["message"]


def test_a_script_learns_its_order_from_a_stopped_engine(polyterm: Polyterm, served: Served):
    line = (
        "add-order --market will-it-rain --outcome no --side buy --strategy micro_price "
        "--size 20 --max-price 0.5 --key k1"
    )
    assert polyterm(line).returncode == 0
    assert polyterm("emergency-stop").returncode == 0
    again = polyterm(line)
    assert (again.returncode, again.stderr) == (0, "")
    assert "o1" in again.stdout


def test_a_key_that_is_none_is_refused_in_words(served: Served):
    status, content = ask(served.socket, "POST", "/orders", ORDER, Idempotency_Key="two words")
    (complaint,) = content["error"]["complaints"]
    assert (status, complaint["field"]) == (422, "client_key")
    assert "without spaces" in complaint["reason"]
