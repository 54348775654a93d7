"""The commands as a shell runs them, against a fake engine behind a real socket."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal

import pytest

from polyterm.cli import control_orders
from polyterm.models.complaint import Complaint, RefusedError
from polyterm.models.enums import OrderStatus, Side, Urgency
from polyterm.models.events import StopState
from polyterm.models.ids import OrderId
from polyterm.models.views import StopView
from polyterm.strategies.kelly_params import KellyParams
from tests.cli.conftest import Polyterm, Served

ICEBERG = "add-order --market will-it-rain --outcome yes --side buy --strategy iceberg"
BY_TOKEN = "add-order --side buy --strategy iceberg --size 500 --max-price 0.55 --token"
SIZED = f"{ICEBERG} --size 500 --max-price 0.55"


def test_add_order_hands_the_engine_what_was_typed(polyterm: Polyterm, served: Served):
    flags = "--urgency high --post-only --deadline-s 60 --end-action leave --tranche-size 50"
    done = polyterm(f"{SIZED} {flags} --json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["order_id"] == "o1"
    (request,) = served.engine.requests
    assert request.token_id == "111"
    assert (request.side, request.strategy) == (Side.BUY, "iceberg")
    assert (request.size, request.max_price) == (Decimal(500), Decimal("0.55"))
    assert (request.urgency, request.post_only) == (Urgency.HIGH, True)
    assert request.params.model_dump()["tranche_size"] == Decimal(50)


def test_add_order_reaches_every_strategy_parameter(polyterm: Polyterm, served: Served):
    done = polyterm(
        "add-order --token 222 --side buy --strategy kelly --max-price 0.6 "
        "--probability 0.7 --fraction 0.25 --bankroll 1000 --max-stake 50 "
        "--recalculate-s 7 --threshold-bps 40 --max-adjustments 3 --yes"
    )
    assert done.returncode == 0, done.stderr
    params = served.engine.requests[0].params
    assert isinstance(params, KellyParams)
    assert (params.probability, params.fraction) == (Decimal("0.7"), Decimal("0.25"))
    assert (params.max_stake, params.recalculate_s) == (Decimal(50), Decimal(7))
    assert (params.threshold_bps, params.max_adjustments) == (40, 3)
    assert served.engine.requests[0].confirmed


def test_an_order_in_json_has_decimals_as_strings_and_null_where_there_is_none(
    polyterm: Polyterm, served: Served
):
    polyterm(SIZED)
    order = json.loads(polyterm("status o1 --json").stdout)
    expected = {
        "order_id": "o1",
        "status": "PARTIALLY_FILLED",
        "size": "500",
        "filled": "10",
        "remaining": "490",
        "average_price": "0.5432",
        "fees": "0.0125",
        "limit": "0.55",
        "side": "BUY",
        "strategy": "iceberg",
        "market": "will-it-rain",
        "outcome": "Yes",
        "token_id": "111",
        "adjustments": 2,
        "created_at": "2023-11-14T22:13:20.123Z",
        "ended_at": None,
    }
    assert {name: order[name] for name in expected} == expected
    assert order["working"][0]["price"] == "0.54"


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("status nope", 4, "no order nope"),
        ("cancel nope", 4, "no order nope"),
        (f"{ICEBERG} --max-price 0.5", 1, "size: iceberg needs one"),
        (f"{SIZED} --min-price 0.4", 1, "--min-price: a buy is limited by --max-price"),
        (f"{SIZED} --threshold-bps 5", 2, "--threshold-bps: iceberg has only"),
        ("add-order --side buy --strategy kelly", 2, "name the outcome"),
        ("cancel", 2, "name one order, or --all"),
        (SIZED.replace("yes", "maybe"), 4, "--outcome: will-it-rain has Yes, No, not maybe"),
        (SIZED.replace("rain", "snow"), 4, "--market: no market will-it-snow"),
        (f"{BY_TOKEN} 333", 4, "--token: no market has the token 333"),
        (f"{BY_TOKEN} abc", 1, "--token: a token is up to 78 digits, not 'abc'"),
        (f"{SIZED} --key 'two words'", 1, "--key: 1 to 64 letters, digits and signs"),
        (f"{SIZED} --key ''", 1, "--key: 1 to 64 letters, digits and signs"),
        ("book 333", 4, "token_id: no market has the token 333"),
        ("book will-it-rain --outcome maybe", 4, "--outcome: will-it-rain has Yes, No, not maybe"),
        ("book will-it-snow", 4, "market: no market will-it-snow"),
        ("no-such-command", 2, "No such command"),
    ],
)
def test_what_cannot_be_done_says_why_and_with_which_exit_code(
    polyterm: Polyterm, served: Served, line: str, code: int, words: str
):
    done = polyterm(line)
    assert done.returncode == code
    assert words in done.stderr
    assert not {"Traceback", "http:", "pattern"} & set(done.stderr.replace("//", " ").split())


@pytest.mark.parametrize(("table", "words"), [("foo", "rows of numbers in JSON"), ("[[1,x]]", "")])
def test_an_estimator_that_is_none_is_refused_in_words(
    polyterm: Polyterm, served: Served, table: str, words: str
):
    line = SIZED.replace("iceberg", "micro_price")
    done = polyterm(f"{line} --imbalance-table {table}")
    assert done.returncode == 1
    assert f"--imbalance-table: {words}" in done.stderr
    assert "line 1 column" not in done.stderr


def test_an_end_action_without_a_deadline_says_that_it_waits_for_one(
    polyterm: Polyterm, served: Served
):
    shown = polyterm(f"{SIZED} --end-action cross --dry-run")
    assert "warning: no deadline is set, so there is none to cross at" in shown.stdout
    done = polyterm(f"{SIZED} --end-action cross")
    assert done.returncode == 0
    assert "--end-action waits for a deadline, and none is set" in done.stderr
    assert polyterm(f"{SIZED} --end-action cross --deadline-s 60").stderr == ""


def test_a_search_without_a_match_is_an_empty_list(polyterm: Polyterm, served: Served):
    done = polyterm("markets snow")
    assert (done.returncode, done.stdout) == (0, "no markets\n")
    done = polyterm("markets snow --json")
    assert (done.returncode, done.stdout) == (0, "[]\n")


def test_a_refusal_lists_its_complaints_as_json_and_in_words(polyterm: Polyterm, served: Served):
    served.engine.refusal = RefusedError([Complaint("max_price", "0.555 is off the grid")])
    done = polyterm(f"{SIZED} --json")
    assert done.returncode == 1
    complaint = {"field": "max_price", "reason": "0.555 is off the grid"}
    assert json.loads(done.stdout)["error"]["complaints"] == [complaint]
    assert "--max-price: 0.555 is off the grid" in done.stderr


@pytest.mark.parametrize(
    ("field", "flag"),
    [("confirmed", "--yes"), ("client_key", "--key"), ("token_id", "--token"), ("fees", "fees")],
)
def test_a_refusal_names_the_flag_that_is_at_fault(
    polyterm: Polyterm, served: Served, field: str, flag: str
):
    served.engine.refusal = RefusedError([Complaint(field, "not so")])
    assert f"  {flag}: not so\n" in polyterm(SIZED).stderr


def test_an_unknown_market_is_not_found_and_an_unreachable_exchange_is_told_apart(
    polyterm: Polyterm, served: Served
):
    other = SIZED.replace("will-it-rain", "will-it-snow")
    assert polyterm(other).returncode == 4
    served.engine.is_reachable = False
    assert polyterm(SIZED).returncode == 5


def test_a_stopped_engine_takes_no_order_until_it_is_rearmed(polyterm: Polyterm, served: Served):
    stop = polyterm("emergency-stop --json")
    assert stop.returncode == 0
    assert json.loads(stop.stdout)["state"] == "STOPPED_VERIFIED"
    refused = polyterm(f"{SIZED} --json")
    assert refused.returncode == 6
    assert "polyterm rearm" in refused.stderr
    assert polyterm("health").returncode == 1
    assert polyterm("rearm").returncode == 0
    assert polyterm(SIZED).returncode == 0


def test_rearm_before_the_proof_is_refused(polyterm: Polyterm, served: Served):
    served.engine.stop = StopView(state=StopState.STOP_UNVERIFIED)
    assert polyterm("rearm").returncode == 1


def test_an_emergency_stop_that_is_not_proved_fails_and_says_so(polyterm: Polyterm, served: Served):
    served.engine.proves_stop = False
    done = polyterm("emergency-stop --json")
    assert done.returncode == 1
    assert json.loads(done.stdout.splitlines()[0])["open_orders"] == 2
    assert "not proved" in done.stderr


def test_orders_are_listed_paused_resumed_and_cancelled(polyterm: Polyterm, served: Served):
    polyterm(SIZED)
    polyterm(SIZED)
    assert json.loads(polyterm("pause o1 --json").stdout)["status"] == "PAUSED"
    assert json.loads(polyterm("resume o1 --json").stdout)["status"] == "ACTIVE"
    assert json.loads(polyterm("cancel o1 --json").stdout)["status"] == "CANCELLED"
    listed = json.loads(polyterm("list-orders --json").stdout)
    assert [order["order_id"] for order in listed] == ["o2"]
    assert len(json.loads(polyterm("list-orders --all --json").stdout)) == 2
    assert polyterm("cancel --all").returncode == 0
    assert polyterm("list-orders").stdout == "no orders\n"


def test_a_pause_that_is_not_proved_fails_and_says_so(
    polyterm: Polyterm, served: Served, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(control_orders, "PROOF_S", 0.1)
    served.engine.proves_pause = False
    polyterm(SIZED)
    done = polyterm("pause o1 --json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["status"] == "PARTIALLY_FILLED"
    assert "asked for, and not proved by the exchange yet: o1" in done.stderr


def test_a_pause_waits_until_it_is_proved(
    polyterm: Polyterm, served: Served, monkeypatch: pytest.MonkeyPatch
):
    async def takes_a_while(order_id: OrderId) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(0.3, served.engine.set_status, order_id, OrderStatus.PAUSED)

    monkeypatch.setattr(served.engine, "pause_order", takes_a_while)
    polyterm(SIZED)
    done = polyterm("pause o1")
    assert (done.returncode, done.stderr) == (0, "")
    assert "PAUSED" in done.stdout


def test_an_order_that_ends_before_it_is_paused_is_told_apart(
    polyterm: Polyterm, served: Served, monkeypatch: pytest.MonkeyPatch
):
    async def ends(order_id: OrderId) -> None:
        served.engine.set_status(order_id, OrderStatus.COMPLETED)

    monkeypatch.setattr(served.engine, "pause_order", ends)
    polyterm(SIZED)
    done = polyterm("pause o1")
    assert done.returncode == 1
    assert "o1 is COMPLETED, not paused" in done.stderr


def test_the_engine_shows_its_health_account_and_markets(polyterm: Polyterm, served: Served):
    status = json.loads(polyterm("status --json").stdout)
    assert status["account"]["available"] == "99.5"
    assert status["exposure"] == "12.5"
    assert json.loads(polyterm("health --json").stdout)["can_trade"] is True
    assert "latency_ms        5.9\n" in polyterm("health").stdout
    (market,) = json.loads(polyterm("markets rain --json").stdout)
    assert market["outcomes"][1] == {"outcome": "No", "token_id": "222"}
    assert market["taker_fee_rate"] == "0.07"


@pytest.mark.parametrize(
    "line", ["list-orders", "status", "health", SIZED, "cancel --all", "emergency-stop"]
)
def test_without_an_engine_every_command_exits_3(polyterm: Polyterm, line: str):
    done = polyterm(line)
    assert done.returncode == 3
    assert "no engine runs" in done.stderr


def test_the_bare_command_without_a_terminal_points_to_what_works_without_one(polyterm: Polyterm):
    done = polyterm("")
    assert done.returncode == 2
    assert "polyterm demo" in done.stderr
    assert "polyterm daemon" in done.stderr


def test_options_before_a_command_are_not_silently_lost(polyterm: Polyterm):
    done = polyterm("--venue live list-orders")
    assert done.returncode == 2
    assert "--venue belongs after list-orders" in done.stderr
