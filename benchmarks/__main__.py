"""`python -m benchmarks`: all of them, one after the other."""

from __future__ import annotations

from benchmarks import (
    commands,
    commits,
    crowd,
    decisions,
    market_data,
    memory,
    painting,
    start,
)

BENCHMARKS = (decisions, crowd, market_data, commits, memory, painting, start, commands)

if __name__ == "__main__":
    for benchmark in BENCHMARKS:
        benchmark.main()
