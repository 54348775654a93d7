"""How long a durable commit takes, one by one and in groups, beside a bare append and sync."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from time import perf_counter

from polyterm.engine.clock import SystemClock
from polyterm.engine.records import Batch
from polyterm.models.events import Noticed
from polyterm.storage import open_store

COMMITS = 1_000
GROUP = 8
"""Batches that gather while one commit is under way."""
_BODY = b"x" * 200


def main() -> None:
    """Print milliseconds a commit (p50, p99) and events a second, beside the floor."""
    with tempfile.TemporaryDirectory(prefix="polyterm-bench-") as directory:
        floor = _appends(Path(directory) / "floor")
        alone, grouped = asyncio.run(_journal(Path(directory) / "journal.db"))
    print(f"\ndurable commits, {COMMITS:,} each      p50 ms   p99 ms   events/s")
    _print("append and fdatasync (floor)", floor, floor, 1)
    _print("journal, one batch a commit", alone, floor, 1)
    _print(f"journal, {GROUP} batches a commit", grouped, floor, GROUP)


def _print(words: str, taken: list[float], floor: list[float], events: int) -> None:
    p50, p99 = (sorted(taken)[len(taken) * part // 100] * 1_000 for part in (50, 99))
    rate = events * len(taken) / sum(taken)
    ratio = p50 / (sorted(floor)[len(floor) // 2] * 1_000)
    print(f"  {words:<32} {p50:6.2f} {p99:8.2f} {rate:10,.0f}  {ratio:4.1f}x")


def _appends(path: Path) -> list[float]:
    taken: list[float] = []
    with path.open("ab", buffering=0) as file:
        for _ in range(COMMITS):
            start = perf_counter()
            file.write(_BODY)
            os.fdatasync(file.fileno())
            taken.append(perf_counter() - start)
    return taken


async def _journal(path: Path) -> tuple[list[float], list[float]]:
    taken: dict[int, list[float]] = {1: [], GROUP: []}
    batches = _batches()
    async with open_store(path, SystemClock()) as store:
        for size, times in taken.items():
            for _ in range(COMMITS):
                group = [next(batches) for _ in range(size)]
                start = perf_counter()
                await store.commit(group)
                times.append(perf_counter() - start)
    return taken[1], taken[GROUP]


def _batches() -> Iterator[Batch]:
    for seq in count(1):
        yield Batch(events=(Noticed(seq=seq, at_ms=seq, is_alarm=False, text="x" * 120),))


if __name__ == "__main__":
    main()
