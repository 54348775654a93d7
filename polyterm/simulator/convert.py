"""A CSV of best quotes, kept as a recording."""

from __future__ import annotations

from pathlib import Path

from polyterm.simulator.recording import RecordingInfo
from polyterm.simulator.recording_csv import read_csv
from polyterm.simulator.recording_file import write_recording


def convert_csv(source: Path, target: Path) -> RecordingInfo:
    """Write `source` to `target` as a recording; raise `RecordingError` naming a bad line.

    Nothing is left at `target` where the source turns out to be bad.
    """
    recording = read_csv(source)
    partial = target.with_name(f"{target.name}.partial")
    try:
        write_recording(partial, recording.info, recording.rows())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return recording.info
