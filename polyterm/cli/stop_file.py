"""The stop file: word of an emergency stop that no engine answered to, beside the journal.

Its being there is the stop. An engine looks for it before every send and at its start; only a rearm
takes it away. Nothing else is needed to set it, so it works where the journal cannot be opened,
because an engine that hangs holds it, or it is damaged.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

FILE = "emergency-stop"

_WORDS = b"An emergency stop holds here. `polyterm rearm` lifts it; do not delete this file.\n"


class StopFile:
    """The stop file of one venue, for those who set it and for the engine that heeds it."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE

    def write(self) -> None:
        """Set the stop, once more where it is set; it survives a power cut. `OSError`."""
        draft = self._path.with_name(f".{FILE}.{os.getpid()}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            # An empty file is a stop as well: a full disk has room for that.
            with contextlib.suppress(OSError):
                os.write(handle, _WORDS)
            os.replace(draft, self._path)
            os.fsync(handle)
        finally:
            os.close(handle)
        _sync_directory(self._path.parent)

    def asked(self) -> str:
        """Which file is there; empty where none is. One that cannot be looked for counts."""
        try:
            return _mark(self._path)
        except FileNotFoundError:
            return ""
        except OSError as error:
            return f"cannot be looked for: {error}"

    def lift(self, mark: str) -> None:
        """Take that file away; `RefusedError` where it stays, or another has taken its place."""
        aside = self._path.with_name(f".{FILE}.lifted")
        try:
            # Moved before it is looked at: what is written from here on is another stop.
            os.replace(self._path, aside)
            if _mark(aside) != mark:
                os.replace(aside, self._path)
                raise _refused("another stop was asked for meanwhile")
            os.unlink(aside)
        except FileNotFoundError:
            return
        except OSError as error:
            raise _refused(f"the stop file cannot be taken away: {error}") from error


def _mark(path: Path) -> str:
    known = os.stat(path)
    return f"{known.st_ino}/{known.st_mtime_ns}"


def _refused(reason: str) -> Exception:
    # Imported here: whoever sets a stop must start at once, and needs none of it.
    from polyterm.models.complaint import Complaint, RefusedError

    return RefusedError([Complaint("", reason)])


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
