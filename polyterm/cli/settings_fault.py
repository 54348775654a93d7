"""What is wrong with a settings file, with its name and the line."""

from __future__ import annotations

from pathlib import Path

_AT_END = "(at end of document)"


def fault_in_words(path: Path, error: Exception) -> str:
    """Why the file cannot be used: from `OSError`, `UnicodeDecodeError` or `TOMLDecodeError`."""
    match error:
        case OSError():
            return f"{path}: {error.strerror}"
        case UnicodeDecodeError():
            return f"{path}: line {_line(error.object[: error.start])}: not UTF-8"
        case _:
            return f"{path}: {_with_line(str(error), path)}"


def _with_line(text: str, path: Path) -> str:
    """The reader names line and column, but for the end of a document."""
    if not text.endswith(_AT_END):
        return text
    last = _line(path.read_bytes().rstrip())
    return text.replace(_AT_END, f"(at line {last}, where the file ends)")


def _line(before: bytes) -> int:
    return before.count(b"\n") + 1
