"""What a command's exit code means; documented, stable, relied upon by scripts."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended."""

    DONE = 0
    FAILED = 1
    """Refused, or it did not work out."""
    USAGE = 2
    """The command line makes no sense; nothing was tried."""
    NO_ENGINE = 3
    NOT_FOUND = 4
    UNREACHABLE = 5
    """The exchange does not answer."""
    STOPPED = 6
    """An emergency stop holds until `polyterm rearm`."""
