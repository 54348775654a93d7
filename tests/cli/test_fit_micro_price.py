from __future__ import annotations

import json
from pathlib import Path
from random import Random

from polyterm.simulator.recording import Row
from polyterm.simulator.recording_file import open_recording, write_recording
from polyterm.strategies.micro_price import MicroPriceParams
from tests.cli.conftest import Polyterm, Served
from tests.simulator.recorded import INFO, book_row


def a_walk(path: Path, count: int) -> Path:
    """A mid that follows its imbalance."""
    draw, cents, rows = Random(3), 50, list[Row]()
    for number in range(count):
        bids = draw.randint(1, 99)
        rows.append(book_row(number * 100, {cents: bids}, {cents + 1: 100 - bids}))
        if draw.random() < 0.3:
            cents += 1 if draw.random() < bids / 100 else -1
        cents = min(max(cents, 20), 80)
    write_recording(path, INFO, rows)
    return path


def test_a_table_fitted_from_a_recording_is_what_an_order_takes(
    polyterm: Polyterm, served: Served, tmp_path: Path
):
    path = a_walk(tmp_path / "walk.jsonl", 3_000)
    assert open_recording(path).info.market.tick == 100
    done = polyterm(f"fit-micro-price {path} --buckets 4 --spreads 1")
    assert done.returncode == 0, done.stderr
    ((low, *_, high),) = json.loads(done.stdout)
    assert low < 0 < high
    line = "add-order --token 111 --side buy --strategy micro_price --size 20 --max-price 0.5"
    ordered = polyterm(f"{line} --imbalance-table '{done.stdout.strip()}'")
    assert ordered.returncode == 0, ordered.stderr
    params = served.engine.requests[0].params
    assert isinstance(params, MicroPriceParams)
    assert params.imbalance_table[0][0] == low


def test_too_little_is_not_fitted_and_an_uneven_table_is_refused(
    polyterm: Polyterm, served: Served, tmp_path: Path
):
    short = polyterm(f"fit-micro-price {a_walk(tmp_path / 'walk.jsonl', 20)}")
    assert (short.returncode, "too few" in short.stderr) == (1, True)
    line = "add-order --token 111 --side buy --strategy micro_price --size 20 --max-price 0.5"
    for table in ("[[0.1],[0.1,0.2]]", "[[]]", "[[nan]]", "what"):
        refused = polyterm(f"{line} --imbalance-table '{table}'")
        assert (refused.returncode, "--imbalance-table: " in refused.stderr) == (1, True), table
