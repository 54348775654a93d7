"""What a long history costs a start: with all of it in memory, and with all of it left."""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random
from time import perf_counter

from benchmarks.calm_exchange import CalmExchange
from polyterm.engine.clock import SystemClock
from polyterm.engine.engine import Engine
from polyterm.engine.records import Batch, ChildRecord, ParentRecord
from polyterm.engine.settings import EngineSettings
from polyterm.models.enums import ChildStatus, OrderStatus, OrderType, Side, VenueName
from polyterm.models.ids import ChildId, ConditionId, OrderId, TokenId
from polyterm.models.money import UNIT
from polyterm.models.order_request import OrderRequest
from polyterm.storage import open_store

ORDERS = 2_000
CHILDREN = 25
"""Each order has had so many."""
_WORDS = {"nothing": "no history", "here": "all in memory", "left": "all left memory"}
_REQUEST = OrderRequest.model_validate(
    {
        "token_id": "1",
        "side": "BUY",
        "size": "100",
        "max_price": "0.50",
        "params": {"strategy": "micro_price"},
    }
)
_LEFT_MS = {"here": None, "left": 3}


def main() -> None:
    """Start on three journals, each in a process of its own; print seconds and resident memory."""
    print(f"\nstart on a journal of {ORDERS:,} orders, {ORDERS * CHILDREN:,} children")
    print(f"  {'':<18} seconds       MB")
    with tempfile.TemporaryDirectory(prefix="polyterm-bench-") as directory:
        for name, words in _WORDS.items():
            path = Path(directory) / name / "journal.db"
            if name in _LEFT_MS:
                asyncio.run(_write(path, _LEFT_MS[name]))
            seconds, megabytes = _started(path)
            print(f"  {words:<18} {seconds:7.2f} {megabytes:8.0f}")


def _started(path: Path) -> tuple[float, float]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.history", str(path)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    seconds, resident = done.stdout.split()
    return float(seconds), int(resident) / 1_048_576


async def _write(path: Path, left_ms: int | None) -> None:
    async with open_store(path, SystemClock()) as store:
        for number in range(ORDERS):
            await store.commit([Batch(parents=(_parent(number, left_ms),))])
            children = tuple(_child(number, each) for each in range(CHILDREN))
            await store.commit([Batch(children=children)])


def _parent(number: int, left_ms: int | None) -> ParentRecord:
    return ParentRecord(
        order_id=OrderId(f"{number:013}"),
        request=_REQUEST,
        condition_id=ConditionId("0xab"),
        slug="rain",
        question="Rain?",
        outcome="Yes",
        tick=100,
        status=OrderStatus.CANCELLED,
        reason="cancelled by the trader",
        target=100 * UNIT,
        created_ms=number,
        ended_ms=2,
        left_ms=left_ms,
    )


def _child(order: int, number: int) -> ChildRecord:
    return ChildRecord(
        child_id=ChildId(f"0x{order:032}{number:032}"),
        order_id=OrderId(f"{order:013}"),
        number=number + 1,
        status=ChildStatus.CANCELLED,
        token_id=TokenId("1"),
        side=Side.BUY,
        price=5_000,
        size=20 * UNIT,
        order_type=OrderType.GTC,
        post_only=True,
        created_ms=1,
        ended_ms=2,
        body=b"x" * 900,
    )


async def _start(path: Path) -> float:
    clock = SystemClock()
    exchange = CalmExchange((), clock)
    began = perf_counter()
    async with (
        open_store(path, clock) as store,
        Engine(
            exchange=exchange,
            store=store,
            venue=VenueName.DEMO,
            settings=EngineSettings(),
            clock=clock,
            random=Random(1),  # noqa: S311 - not for secrets
        ) as engine,
    ):
        await engine.ready()
        return perf_counter() - began


def _measure(path: Path) -> None:
    seconds = asyncio.run(_start(path))
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    print(seconds, pages * resource.getpagesize())


if __name__ == "__main__":
    main() if len(sys.argv) == 1 else _measure(Path(sys.argv[1]))
