"""Resident memory of an engine's books: 1,000 of them, whole and followed."""

from __future__ import annotations

import resource
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from benchmarks.books import market, monitor_of, whole_book

BOOKS = 1_000
DEPTH = 100
"""Levels a side: more than nearly all books of the exchange have."""
TARGET_MB = 300
_WORDS = {
    "nothing": "python with the engine imported (floor)",
    "books": f"{BOOKS:,} books of {DEPTH} levels a side, each looked at",
}


def main() -> None:
    """Measure each in a process of its own, and print both."""
    print("\nresident memory")
    for name, words in _WORDS.items():
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.memory", name],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        print(f"  {words:<54} {int(done.stdout) / 1_048_576:6.0f} MB")
    print(f"  target with {BOOKS:,} books: {TARGET_MB} MB")


def _measure(name: str) -> None:
    import_module("polyterm.cli.session")
    markets = tuple(market(number) for number in range(BOOKS // 2 if name == "books" else 0))
    monitor = monitor_of(markets)
    for token_id in monitor.tokens:
        monitor.book_replaced(whole_book(token_id, DEPTH))
        monitor.top(token_id)
    # The peak that rusage tells would be that of the process that started this one.
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    print(pages * resource.getpagesize())


if __name__ == "__main__":
    main() if len(sys.argv) == 1 else _measure(sys.argv[1])
