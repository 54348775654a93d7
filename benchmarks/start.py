"""How long a trader waits: for the first painted book, and for a command's answer."""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.terminal import seconds_until_painted

ROUNDS = 5
TRIVIAL = Path(__file__).with_name("trivial_app.py")


def main() -> None:
    """Measure, and print each figure beside its floor and its target."""
    with _home() as home:
        _print_start(home)
        _print_commands()


def _print_start(home: Path) -> None:
    trivial = _median(lambda: seconds_until_painted([sys.executable, str(TRIVIAL)], home))
    exchange = _median(_seconds_until_exchange_ready)
    console = _median(lambda: seconds_until_painted([sys.executable, "-m", "polyterm"], home))
    floor = trivial + exchange
    print("\ncold start, median of", ROUNDS)
    print(f"  trivial Textual app, painted       {trivial:6.3f} s")
    print(f"  local exchange alone, ready        {exchange:6.3f} s")
    print(f"  polyterm on demo, first book       {console:6.3f} s")
    print(f"  against the sum of both            {console / floor:6.2f}x (target 2x)")


def _print_commands() -> None:
    nothing = _median(lambda: _seconds([sys.executable, "-c", "pass"]))
    print("\ncommand answer, median of", ROUNDS, "(target 0.3 s)")
    print(f"  python -c pass                     {nothing:6.3f} s")
    with _daemon():
        for words in (["--version"], ["--help"], ["list-orders", "--json"], ["status", "--json"]):
            took = _median(lambda words=words: _seconds([sys.executable, "-m", "polyterm", *words]))
            print(f"  polyterm {' '.join(words):<25} {took:6.3f} s  {took / nothing:5.1f}x")


def _median(measure: Callable[[], float]) -> float:
    return statistics.median(measure() for _ in range(ROUNDS))


def _seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def _seconds_until_exchange_ready() -> float:
    started = time.perf_counter()
    with _until_ready("exchange"):
        return time.perf_counter() - started


@contextlib.contextmanager
def _daemon() -> Iterator[None]:
    with _until_ready("daemon"):
        yield


@contextlib.contextmanager
def _until_ready(*arguments: str) -> Iterator[None]:
    command = [sys.executable, "-m", "polyterm", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["ready"]
        try:
            yield
        finally:
            process.terminate()


@contextlib.contextmanager
def _home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="polyterm-bench-") as directory:
        os.environ["POLYTERM_DATA_DIR"] = f"{directory}/data"
        os.environ["POLYTERM_CONFIG_DIR"] = f"{directory}/config"
        yield Path(directory)


if __name__ == "__main__":
    main()
