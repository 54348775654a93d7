"""The local exchange as a child process of whoever needs one."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import IO, Self

from polyterm.cli.exit_codes import ExitCode
from polyterm.cli.failure import Failure
from polyterm.cli.options import SessionFlags
from polyterm.cli.places import find_exchange_url, find_place
from polyterm.models.enums import VenueName
from polyterm.models.text import clean

READY_S = 20.0
END_S = 3.0
LONG_LOG_BYTES = 1_000_000


@dataclass(slots=True)
class LocalExchange:
    """Started at once and waited for later, so that both sides of a start go on together."""

    process: subprocess.Popen[bytes]
    lifeline: IO[bytes]
    answers: IO[bytes]
    log: Path
    """Where its stderr goes."""

    @classmethod
    def start(cls, venue: VenueName, flags: SessionFlags, log: Path) -> Self:
        """Start the process; it ends by itself when our end of its stdin closes."""
        _bound(log)
        with log.open("ab") as errors:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-m", "polyterm", "exchange", *_arguments(venue, flags)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                # Its own session: Ctrl+C must reach the engine first, which cancels its orders.
                start_new_session=True,
            )
        lifeline, answers = process.stdin, process.stdout
        if lifeline is None or answers is None:
            raise RuntimeError("both pipes were asked for")
        return cls(process, lifeline, answers, log)

    def wait_ready(self, patience_s: float = READY_S) -> str:
        """Its address, once it takes requests."""
        line = self._first_line(patience_s)
        try:
            return json.loads(line)["url"]
        except (ValueError, LookupError, TypeError):
            raise Failure(
                f"the local exchange did not start: {self._last_word()} ({self.log})",
                ExitCode.UNREACHABLE,
            ) from None

    def _first_line(self, patience_s: float) -> bytes:
        handle, line, end = self.answers.fileno(), b"", monotonic() + patience_s
        while not line.endswith(b"\n"):
            readable, _, _ = select.select([handle], [], [], max(end - monotonic(), 0))
            piece = os.read(handle, 4096) if readable else b""
            if not piece:
                break
            line += piece
        return line

    def _last_word(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").split("\n")
        return next((clean(line) for line in reversed(lines) if line.strip()), "it said nothing")

    @property
    def has_died(self) -> bool:
        """Whether it is gone although nobody ended it."""
        return self.process.poll() is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.lifeline.close()
        for harder in (self.process.terminate, self.process.kill, None):
            try:
                self.process.wait(END_S)
                break
            except subprocess.TimeoutExpired:
                if harder is not None:
                    harder()
        self.answers.close()


def _bound(log: Path) -> None:
    """Put a long log aside: it has one line or two a start, and what goes wrong."""
    if log.is_file() and log.stat().st_size > LONG_LOG_BYTES:
        log.replace(log.with_name(f"{log.name}.1"))


def local_exchange(flags: SessionFlags) -> AbstractContextManager[LocalExchange | None]:
    """The venue's own exchange, already starting; nothing where another one is to be used.

    Needs no settings, so that it can be on its way while these are read.
    """
    place = find_place(flags.venue, flags.data_dir)
    if place.venue.is_real_money or find_exchange_url(flags.exchange_url):
        return nullcontext()
    return LocalExchange.start(place.venue, flags, place.make().exchange_log)


def _arguments(venue: VenueName, flags: SessionFlags) -> list[str]:
    common = ["--watch-stdin", "--venue", venue.value, "--seed", str(flags.seed)]
    if venue is VenueName.DEMO:
        return [*common, "--pace", str(flags.pace)]
    if flags.recording is None:
        raise Failure("the replay venue needs --recording FILE", ExitCode.USAGE)
    return [*common, "--recording", str(flags.recording), "--speed", str(flags.speed)]
