"""A home of its own, and daemons in it, for what measures them."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def home() -> Iterator[Path]:
    """A new home, with no files of ours."""
    with tempfile.TemporaryDirectory(prefix="polyterm-bench-") as directory:
        os.environ["POLYTERM_DATA_DIR"] = f"{directory}/data"
        os.environ["POLYTERM_CONFIG_DIR"] = f"{directory}/config"
        yield Path(directory)


@contextlib.contextmanager
def until_ready(*arguments: str) -> Iterator[None]:
    """A `polyterm` process that has said that it is ready; ended afterwards."""
    command = [sys.executable, "-m", "polyterm", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["ready"]
        try:
            yield
        finally:
            process.terminate()
