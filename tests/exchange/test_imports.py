from __future__ import annotations

import subprocess
import sys


def test_importing_the_client_brings_in_no_signing_library_and_no_terminal_toolkit() -> None:
    forbidden = ("py_clob_client_v2", "eth_account", "textual", "rich", "polyterm.simulator")
    code = (
        "import sys; import polyterm.exchange.client; "
        f"print([name for name in {forbidden!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
