"""`python -m benchmarks`: all of them, one after the other."""

from __future__ import annotations

from benchmarks import commits, decisions, market_data, memory, painting, start

if __name__ == "__main__":
    for benchmark in (decisions, market_data, commits, memory, painting, start):
        benchmark.main()
