"""A pseudo-terminal of 120 by 40 to start full-screen programs in."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import termios
import threading
import time
from pathlib import Path

PATIENCE_S = 60.0


def seconds_until_painted(command: list[str], directory: Path) -> float:
    """Start a program that notes its first paint; how long that took, then end it."""
    note = directory / "painted"
    note.unlink(missing_ok=True)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    environment = {**os.environ, "POLYTERM_FIRST_PAINT_FILE": str(note), "TERM": "xterm-256color"}
    started_ms = time.time_ns() // 1_000_000
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    )
    os.close(theirs)
    reader = threading.Thread(target=_drain, args=(ours,), daemon=True)
    reader.start()
    try:
        return (_painted_ms(note, process) - started_ms) / 1000
    finally:
        process.terminate()
        process.wait(PATIENCE_S)
        reader.join(PATIENCE_S)
        os.close(ours)


def _painted_ms(note: Path, process: subprocess.Popen[bytes]) -> int:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and process.poll() is None:
        text = note.read_text(encoding="ascii") if note.exists() else ""
        if text:
            return int(text)
        time.sleep(0.005)
    raise RuntimeError("the program ended, or never painted")


def _drain(terminal: int) -> None:
    while True:
        try:
            if not os.read(terminal, 65_536):
                return
        except OSError:
            # What Linux says when the other side is closed.
            return
