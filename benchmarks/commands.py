"""From the start of a shell command to its answer, beside a Python that does nothing.

The processor's own seconds stand beside: on a busy machine the answer waits for its turn as well.
"""

from __future__ import annotations

import json
import resource
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass
from statistics import median

from benchmarks.daemons import home, until_ready

ROUNDS = 5
TARGET_S = 0.3
_ALONE = (
    "--version",
    "--help",
    "config path",
    "config show",
    "doctor",
    "export orders",
    "completion bash",
)
_RUNNING = (
    "list-orders --json",
    "status --json",
    "health",
    "metrics",
    "positions",
    "balance",
    "markets --json",
    "fills",
    "logs --last 20",
    "add-order --dry-run --market {market} --outcome yes --side buy --strategy twap --size 50 "
    "--max-price 0.99",
    "backup",
)


@dataclass(frozen=True, slots=True)
class _Took:
    seconds: float
    cpu_s: float


def main() -> None:
    """Print seconds and the ratio to the floor, command by command."""
    with home(), until_ready("daemon"):
        lines = [line.format(market=_market()) for line in _ALONE + _RUNNING]
        floor, *taken = _in_turn([["-c", "pass"], *(_words(line) for line in lines)])
    print(f"\ncommand, from its start to its answer, median of {ROUNDS} (target {TARGET_S} s)")
    print(_row("python -c pass", floor, floor))
    for line, took in zip(lines, taken, strict=True):
        print(_row(f"polyterm {line.partition(' --market')[0]}", took, floor))


def _row(name: str, took: _Took, floor: _Took) -> str:
    missed = "" if took.seconds <= TARGET_S else "   missed"
    ratios = f"{took.seconds / floor.seconds:5.1f}x   cpu {took.cpu_s:5.3f} s"
    return f"  {name:<32} {took.seconds:6.3f} s {ratios} {took.cpu_s / floor.cpu_s:5.1f}x{missed}"


def _market() -> str:
    """The slug of a market that trades."""
    command = [sys.executable, *_words("markets --json")]
    shown = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return json.loads(shown.stdout)[0]["market"]


def _in_turn(commands: list[list[str]]) -> list[_Took]:
    """Medians of each; every round runs them all, so that a busy spell meets all alike."""
    rounds = [[_run(command) for command in commands] for _ in range(ROUNDS)]
    return [
        _Took(median(took.seconds for took in taken), median(took.cpu_s for took in taken))
        for taken in zip(*rounds, strict=True)
    ]


def _run(arguments: list[str]) -> _Took:
    before, started = _cpu_s(), time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return _Took(time.perf_counter() - started, _cpu_s() - before)


def _cpu_s() -> float:
    """Of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _words(line: str) -> list[str]:
    return ["-m", "polyterm", *shlex.split(line)]


if __name__ == "__main__":
    main()
