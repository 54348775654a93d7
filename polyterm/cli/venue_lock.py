"""One engine per venue: who has it, and where it listens."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from polyterm.cli.failure import Failure

FILE = "engine.lock"


@dataclass(frozen=True, slots=True)
class EngineRecord:
    """What the lock file says of the engine that has, or last had, the venue."""

    pid: int
    exchange: str = ""
    """Address of the exchange, so that an emergency stop finds it when the engine is gone."""
    socket: str = ""
    """Path of the control socket."""


def read_record(directory: Path) -> EngineRecord | None:
    """The newest record; nothing where the venue was never used."""
    try:
        known = json.loads((directory / FILE).read_text(encoding="utf-8"))
        return EngineRecord(**known)
    except (OSError, ValueError, TypeError):
        return None


def is_held(directory: Path) -> bool:
    """Whether an engine has the venue now, whether it answers or not."""
    try:
        handle = os.open(directory / FILE, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


class VenueLock:
    """Held for as long as an engine runs. The kernel lets go of it however the process ends."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._handle = -1

    def __enter__(self) -> Self:
        path = self._directory / FILE
        try:
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise Failure(f"{path}: {error.strerror}") from error
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._handle)
            raise Failure(self._refusal()) from error
        known = read_record(self._directory)
        self.announce(EngineRecord(os.getpid(), known.exchange if known else ""))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        os.close(self._handle)

    def announce(self, record: EngineRecord) -> None:
        """Write down who runs here; in place, because the lock is on this very file."""
        data = json.dumps(asdict(record)).encode()
        os.pwrite(self._handle, data, 0)
        os.ftruncate(self._handle, len(data))

    def _refusal(self) -> str:
        record = read_record(self._directory)
        who = f"process {record.pid}" if record else "another process"
        return (
            f"an engine already runs on the {self._directory.name} venue: {who}. "
            "Use its commands (polyterm status), or end it first."
        )
