"""What the running engine shows of money, books and counters, as a shell sees it."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest
from msgspec.structs import replace

from polyterm.cli import control_positions
from polyterm.models.book import BookTop, Level
from polyterm.models.enums import OrderStatus, Side
from polyterm.models.ids import ChildId, OrderId, TokenId
from polyterm.models.money import UNIT
from polyterm.models.snapshot import MarketSnapshot, OwnOrder
from tests.cli.asking import odd_engine
from tests.cli.conftest import Polyterm, Served
from tests.cli.running import POLYTERM, eventually
from tests.fakes.control_engine import MARKET, NOW_MS

BUY = (
    "add-order --market will-it-rain --outcome yes --side buy --strategy micro_price "
    "--size 20 --max-price 0.6"
)


def _seen(bid: int) -> MarketSnapshot:
    return MarketSnapshot(
        MARKET,
        TokenId("111"),
        BookTop((Level(bid, 10 * UNIT), Level(bid - 100, UNIT)), (Level(5_000, 30 * UNIT),)),
        own=(OwnOrder(ChildId("0xc"), OrderId("o1"), Side.BUY, bid, 5 * UNIT, 0),),
        data_ms=NOW_MS,
        is_live=True,
    )


def test_balance_and_limits(polyterm: Polyterm, served: Served):
    balance = json.loads(polyterm("balance --json").stdout)
    assert (balance["cash"], balance["available"]) == ("100", "99.5")
    assert "available  99.5" in polyterm("balance").stdout
    assert json.loads(polyterm("limits --json").stdout)["large_order"] == "1000"


def test_positions_show_cost_and_worth(polyterm: Polyterm, served: Served):
    polyterm(BUY)
    served.engine.snapshots[TokenId("111")] = _seen(4_800)
    (held,) = json.loads(polyterm("positions --json").stdout)
    assert (held["market"], held["outcome"], held["size"]) == ("will-it-rain", "Yes", "3")
    assert held["average_cost"] == "0.5444"
    assert (held["micro_price"], held["value"]) == ("0.485", "1.455")
    assert "will-it-rain" in polyterm("positions").stdout


def test_a_position_that_nobody_follows_has_its_book_read(polyterm: Polyterm, served: Served):
    seen = _seen(4_800)
    served.engine.comes_when_watched = {seen.token_id: seen}
    (held,) = json.loads(polyterm("positions --json").stdout)
    assert (held["micro_price"], held["value"]) == ("0.485", "1.455")
    assert (held["market"], held["outcome"]) == ("will-it-rain", "Yes")
    assert served.engine.watched == []


def test_a_position_without_a_book_has_no_worth(
    polyterm: Polyterm, served: Served, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(control_positions, "BOOKS_S", 0.1)
    assert json.loads(polyterm("positions --json").stdout)[0]["value"] is None
    served.engine.is_reachable = False
    assert json.loads(polyterm("positions --json").stdout)[0]["value"] is None
    assert served.engine.watched == []


def test_a_watched_book_ends_with_the_engine(polyterm: Polyterm, home: Path):
    first = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n12\r\n: polyterm books\n\n\r\n"
    for last in (b"0\r\n\r\n", b""):
        with odd_engine(home / "odd.sock", first + last):
            done = polyterm(f"book 111 --watch --json --socket {home / 'odd.sock'}")
        assert done.returncode == 3
        assert "the engine has ended" in json.loads(done.stdout)["error"]["message"]


def test_a_book_by_market_or_token_with_our_orders_marked(polyterm: Polyterm, served: Served):
    served.engine.snapshots[TokenId("111")] = _seen(4_800)
    by_name = json.loads(polyterm("book will-it-rain --json").stdout)
    assert by_name["bids"] == [["0.48", "10"], ["0.47", "1"]]
    assert json.loads(polyterm("book 111 --depth 1 --json").stdout)["bids"] == [["0.48", "10"]]
    shown = polyterm("book will-it-rain").stdout
    assert "micro-price  0.485" in shown
    assert "*  10    0.48  0.50  30" in shown
    assert served.engine.watched == []


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("book will-it-snow", 4, "no market will-it-snow"),
        ("book will-it-rain --outcome maybe", 4, "has Yes, No"),
    ],
)
def test_a_book_that_is_not_there(
    polyterm: Polyterm, served: Served, line: str, code: int, words: str
):
    done = polyterm(line)
    assert done.returncode == code
    assert words in done.stderr


def test_a_watched_book_is_told_anew_only_when_it_changes(served: Served):
    served.engine.snapshots[TokenId("111")] = _seen(4_800)
    with subprocess.Popen(
        [*POLYTERM, "book", "111", "--watch", "--json", "--hz", "30"],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["bids"][0][0] == "0.48"
        served.engine.snapshots[TokenId("111")] = _seen(4_900)
        assert json.loads(process.stdout.readline())["bids"][0][0] == "0.49"
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    eventually(lambda: served.engine.watched == [])


def test_orders_can_be_filtered_and_watched(polyterm: Polyterm, served: Served):
    polyterm(BUY)
    polyterm(BUY)
    polyterm("cancel o1")
    listed = json.loads(polyterm("list-orders --status cancelled --json").stdout)
    assert [order["order_id"] for order in listed] == ["o1"]
    assert json.loads(polyterm("list-orders --all --side sell --json").stdout) == []
    with subprocess.Popen(
        [*POLYTERM, "list-orders", "--watch", "--json"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert len(json.loads(process.stdout.readline())) == 1
        served.engine.orders[OrderId("o2")] = replace(
            served.engine.orders[OrderId("o2")], status=OrderStatus.COMPLETED
        )
        assert json.loads(process.stdout.readline()) == []
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0


def test_metrics_for_people_and_for_programs(polyterm: Polyterm, served: Served):
    polyterm(BUY)
    assert polyterm("metrics").stdout == "orders accepted (all)  1\n"
    (family,) = json.loads(polyterm("metrics --json").stdout)
    assert family["samples"][0]["value"] == "1"


def test_an_order_with_a_key_is_given_once(polyterm: Polyterm, served: Served):
    first, second = (json.loads(polyterm(f"{BUY} --key k1 --json").stdout) for _ in range(2))
    assert first["order_id"] == second["order_id"]
    other = polyterm(f"{BUY} --key k1 --post-only")
    assert other.returncode == 1
    assert "o1" in other.stderr
    assert len(served.engine.requests) == 1


def test_a_dry_run_shows_the_plan_and_orders_nothing(polyterm: Polyterm, served: Served):
    line = BUY.replace("micro_price", "iceberg --tranche-size 5")
    plan = json.loads(polyterm(f"{line} --dry-run --json").stdout)
    assert (plan["size"], len(plan["children"])) == ("20", 4)
    assert plan["note"] in polyterm(f"{line} --dry-run").stdout
    assert served.engine.requests == []


def test_a_dry_run_of_a_change_shows_the_difference_and_changes_nothing(
    polyterm: Polyterm, served: Served
):
    polyterm(BUY)
    line = "change o1 --max-price 0.61 --dry-run"
    assert "max_price 0.61" in polyterm(line).stdout
    assert json.loads(polyterm(f"{line} --json").stdout)["risks"] == []
    assert served.engine.changes == []


def test_a_change_names_only_what_is_to_change(polyterm: Polyterm, served: Served):
    polyterm(BUY)
    assert polyterm("change o1 --max-price 0.61 --urgency high --json").returncode == 0
    ((order_id, change),) = served.engine.changes
    assert (order_id, change.fields) == ("o1", ("max_price", "urgency"))
    assert polyterm("change o1").returncode == 2
    assert polyterm("change nope --size 5").returncode == 4
    assert polyterm("change o1 --size -5").returncode == 1
