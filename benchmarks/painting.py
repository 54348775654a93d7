"""What painting costs: the console at 1,000 book updates a second beside an idle trivial app.

Each runs alone in a child process on a pseudo-terminal of 200 by 50, its output read and thrown
away. CPU time is the child's own over the same wall time, once it has settled; lag is the extra
delay of a 5 ms sleeper in its event loop.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import pty
import resource
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Coroutine
from random import Random
from typing import Any

from textual.app import App

SECONDS = 8.0
SETTLE_S = 1.5
UPDATES_A_SECOND = 1_000
_WORDS = {
    "idle": "trivial Textual app, idle (floor)",
    "updates": f"the same, {UPDATES_A_SECOND:,} book updates a second unseen",
    "console": f"console, {UPDATES_A_SECOND:,} book updates a second painted",
}
_LEVELS = 15
_PULSE_S = 0.005


def main() -> None:
    """Measure, and print each beside the floor."""
    print("\npainting at 200x50                                   CPU  lag p50  lag p99  output")
    floor = 0.0
    for name, words in _WORDS.items():
        report, written = _measure(name)
        floor = floor or report["cpu"]
        print(
            f"  {words:<46} {report['cpu']:6.1%} {report['p50']:5.1f} ms {report['p99']:5.1f} ms"
            f" {written / 1_000 / (SECONDS + SETTLE_S):4.0f} kB/s  {report['cpu'] / floor:.1f}x"
        )


def _measure(name: str) -> tuple[dict[str, float], int]:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
    report_read, report_write = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.painting", name, str(report_write)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        pass_fds=(report_write,),
        env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        start_new_session=True,
    )
    os.close(theirs)
    os.close(report_write)
    written = _drain(ours)
    process.wait()
    os.close(ours)
    with os.fdopen(report_read) as report:
        return json.load(report), written


def _drain(screen: int) -> int:
    written = 0
    while True:
        try:
            data = os.read(screen, 65_536)
        except OSError:
            # What Linux says when the other side is closed.
            return written
        if not data:
            return written
        written += len(data)


async def _run_child(name: str, report_to: int) -> None:
    app, updates = _busy_app(with_console=name == "console")
    work = [asyncio.create_task(_report(app, report_to), name="report")]
    if name != "idle":
        work.append(asyncio.create_task(updates, name="updates"))
    else:
        updates.close()
    await app.run_async()
    for task in work:
        task.cancel()
    await asyncio.gather(*work, return_exceptions=True)


def _busy_app(with_console: bool) -> tuple[App[None], Coroutine[Any, Any, None]]:
    from polyterm.app import PolytermApp
    from polyterm.engine.clock import SystemClock
    from tests.fakes.engine import FakeEngine
    from tests.fakes.pictures import market

    markets = tuple(market(number, f"Benchmark market {number}") for number in range(1, 10))
    engine = FakeEngine(markets=markets)
    app = (
        PolytermApp(engine, venue=engine.venue, clock=SystemClock())
        if with_console
        else App[None]()
    )
    return app, _update_books(engine)


async def _update_books(engine: Any) -> None:
    from tests.fakes.pictures import snapshot

    random = Random(7)  # noqa: S311 - not for secrets
    sizes = {
        of.slug: [random.randint(5, 2_000) for _ in range(2 * _LEVELS)] for of in engine.markets
    }
    due = time.perf_counter()
    while True:
        await asyncio.sleep(_PULSE_S)
        while due < time.perf_counter():
            due += 1 / UPDATES_A_SECOND
            of = random.choice(engine.markets)
            row = sizes[of.slug]
            row[random.randrange(2 * _LEVELS)] = random.randint(5, 2_000)
            bids = tuple((5500 - 100 * depth, row[depth]) for depth in range(_LEVELS))
            asks = tuple((5600 + 100 * depth, row[_LEVELS + depth]) for depth in range(_LEVELS))
            engine.put(snapshot(of, 0, bids, asks))


async def _report(app: App[None], report_to: int) -> None:
    await asyncio.sleep(SETTLE_S)
    lags: list[float] = []
    began, used = time.perf_counter(), _cpu_s()
    while time.perf_counter() - began < SECONDS:
        before = time.perf_counter()
        await asyncio.sleep(_PULSE_S)
        lags.append((time.perf_counter() - before - _PULSE_S) * 1_000)
    cpu = (_cpu_s() - used) / (time.perf_counter() - began)
    lags.sort()
    report = {"cpu": cpu, "p50": lags[len(lags) // 2], "p99": lags[len(lags) * 99 // 100]}
    with os.fdopen(report_to, "w") as out:
        json.dump(report, out)
    app.exit()


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    else:
        asyncio.run(_run_child(sys.argv[1], int(sys.argv[2])))
