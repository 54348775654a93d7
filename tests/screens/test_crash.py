"""A crash of the screen: no local variable is ever printed, and the code says so."""

from __future__ import annotations

import subprocess
import sys

CRASH = """
import logging
from polyterm.app import PolytermApp
from tests.screens.console import an_app, an_engine

logging.getLogger().addHandler(logging.NullHandler())
app = an_app(an_engine())

def crash():
    private_key = "0xcanary5ecret"
    raise RuntimeError("painting failed")

app.call_later(lambda: app.set_timer(0.01, crash))
app.run(headless=True)
print("code", app.return_code)
"""


def test_a_crash_prints_one_line_and_no_secret() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CRASH], capture_output=True, text=True, timeout=30, check=False
    )
    output = done.stdout + done.stderr
    assert "code 1" in output
    assert "polyterm's screen crashed (RuntimeError)" in output
    assert "canary5ecret" not in output
    assert "Traceback" not in output
