"""`python -m benchmarks`: all of them, one after the other."""

from __future__ import annotations

from benchmarks import decisions, painting, start

if __name__ == "__main__":
    for benchmark in (decisions, painting, start):
        benchmark.main()
