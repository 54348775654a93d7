from __future__ import annotations

import subprocess
import sys

import pytest

_EVERYTHING_IN = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    importlib.import_module(module.name)
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""
_THESE = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def _loaded(script: str, *arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "package", ["models", "strategies", "engine", "exchange", "storage", "simulator"]
)
def test_trading_code_never_loads_the_terminal_toolkit(package: str):
    assert not _loaded(_EVERYTHING_IN, f"polyterm.{package}") & {"textual", "rich"}


HEAVY = {
    "textual",
    "rich",
    "pydantic",
    "pydantic_settings",
    "uvicorn",
    "starlette",
    "httpx",
    "websockets",
    "aiosqlite",
    "py_clob_client_v2",
    "pyarrow",
}


def test_commands_against_the_engine_start_light():
    modules = (
        "main",
        "order_commands",
        "engine_commands",
        "emergency_stop",
        "account_commands",
        "book_command",
        "metrics_command",
        "history_commands",
        "export",
        "doctor",
        "config_commands",
        "backup",
        "completion",
    )
    assert not _loaded(_THESE, *(f"polyterm.cli.{module}" for module in modules)) & HEAVY


def test_adding_an_order_loads_its_models_and_nothing_else_heavy():
    assert _loaded(_THESE, "polyterm.cli.add_order") & HEAVY == {"pydantic"}


def test_the_local_exchange_starts_without_engine_or_client():
    script = f"{_THESE}\nassert not any(m.startswith('polyterm.engine') for m in sys.modules)"
    assert not _loaded(script, "polyterm.cli.exchange") & HEAVY
