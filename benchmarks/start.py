"""How long a trader waits for the first painted book."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.daemons import home, until_ready
from benchmarks.terminal import seconds_until_painted

ROUNDS = 5
TRIVIAL = Path(__file__).with_name("trivial_app.py")


def main() -> None:
    """Measure, and print the figure beside its floor and its target."""
    with home() as place:
        trivial = _median(lambda: seconds_until_painted([sys.executable, str(TRIVIAL)], place))
        exchange = _median(_seconds_until_exchange_ready)
        console = _median(lambda: seconds_until_painted([sys.executable, "-m", "polyterm"], place))
    floor = trivial + exchange
    print("\ncold start, median of", ROUNDS)
    print(f"  trivial Textual app, painted       {trivial:6.3f} s")
    print(f"  local exchange alone, ready        {exchange:6.3f} s")
    print(f"  polyterm on demo, first book       {console:6.3f} s")
    print(f"  against the sum of both            {console / floor:6.2f}x (target 2x)")


def _median(measure: Callable[[], float]) -> float:
    return statistics.median(measure() for _ in range(ROUNDS))


def _seconds_until_exchange_ready() -> float:
    started = time.perf_counter()
    with until_ready("exchange"):
        return time.perf_counter() - started


if __name__ == "__main__":
    main()
