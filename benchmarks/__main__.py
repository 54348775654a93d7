"""`python -m benchmarks`: all of them, one after the other."""

from __future__ import annotations

from benchmarks import (
    commands,
    commits,
    crowd,
    decisions,
    history,
    market_data,
    memory,
    painting,
    start,
)

BENCHMARKS = (decisions, crowd, market_data, commits, memory, history, painting, start, commands)

if __name__ == "__main__":
    for benchmark in BENCHMARKS:
        benchmark.main()
