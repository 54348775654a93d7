"""Builds the strategy of `docs/writing-a-strategy.md` from the page, and runs an order with it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "writing-a-strategy.md"

ORDER = """
from decimal import Decimal

from click.testing import CliRunner

from polyterm.cli.add_order import add_order
from polyterm.models.enums import OrderStatus, Side
from polyterm.models.money import UNIT
from polyterm.models.order_request import OrderRequest
from polyterm.storage.rows import PARENTS
from polyterm.widgets.ticket import _all_fields
from tests.engine.desk import open_desk
from tests.fakes.exchange import YES
from tests.fakes.virtual_time import run_virtual
from tests.storage.journals import a_parent

assert "--patience-s" in {opt for param in add_order.params for opt in param.opts}
help_text = CliRunner().invoke(add_order, ["--help"]).output
meaning = "Seconds at one price before the order follows the best (join; default 5)."
assert meaning in " ".join(help_text.split())
fields = {field.name: field for field in _all_fields()}
assert ("join", "Join") in fields["strategy"].options
assert fields["patience_s"].hint == "seconds"

typed = {"token_id": YES, "side": "BUY", "size": "50", "max_price": "0.55"}
request = OrderRequest.model_validate({**typed, "params": {"strategy": "join", "patience_s": "9"}})
kept = dict(zip(PARENTS.columns, PARENTS.row(a_parent(request=request)), strict=True))
assert PARENTS.read(kept).request == request


async def scenario():
    async with open_desk() as desk:
        plan = await desk.engine.plan_order(request)
        assert plan.note == "one order at the best price"
        order_id = await desk.engine.submit_order(request)
        child_id = await desk.resting(order_id)
        assert desk.exchange.orders[child_id].ticket.price == 4_900
        assert desk.store.parents[order_id].request.params.patience_s == 9
        assert OrderRequest.model_validate_json(request.model_dump_json()) == request
        desk.exchange.trade(child_id, 50 * UNIT)
        view = await desk.until_ended(order_id)
        assert (view.status, view.strategy) == (OrderStatus.COMPLETED, "join")


run_virtual(scenario())
print("ran")
"""


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(), re.DOTALL)


def _with_lines_added(text: str, diff: str) -> str:
    """Put each added line behind the line that the diff shows before it."""
    before = ""
    for line in diff.splitlines():
        if line.startswith("+"):
            assert text.count(f"{before}\n") == 1, before
            text = text.replace(f"{before}\n", f"{before}\n{line[1:]}\n")
        before = line[1:]
    return text


@pytest.fixture
def house(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "polyterm", tmp_path / "polyterm")
    code, test = _blocks("python")
    (tmp_path / "polyterm/strategies/join.py").write_text(code)
    registry = tmp_path / "polyterm/strategies/registry.py"
    registry.write_text(_with_lines_added(registry.read_text(), _blocks("diff")[0]))
    call = "\n\ntest_it_joins_the_best_and_follows_it_with_patience()\nprint('tested')\n"
    (tmp_path / "its_test.py").write_text(test + call)
    (tmp_path / "an_order.py").write_text(ORDER)
    return tmp_path


def _run(house: Path, script: str) -> str:
    paths = os.pathsep.join([str(house), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-B", script],
        cwd=house,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_page_s_strategy_trades_an_order_from_one_file_and_one_entry(house: Path) -> None:
    assert "ran" in _run(house, "an_order.py")


def test_the_page_s_own_test_passes(house: Path) -> None:
    assert "tested" in _run(house, "its_test.py")


def test_the_page_s_strategy_is_not_in_the_house() -> None:
    assert not (ROOT / "polyterm/strategies/join.py").exists()
