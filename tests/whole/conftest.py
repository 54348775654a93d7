"""Hours of nothing are not to be spent on polling what only real time can change."""

from __future__ import annotations

import asyncio
from collections.abc import Generator

import pytest

from polyterm.engine import loop_lag
from polyterm.exchange.signing import load_signing
from polyterm.simulator import timetable


@pytest.fixture(autouse=True, scope="session")
def signing() -> None:
    """Loaded beforehand: it raises the recursion limit, which hypothesis does not like to see."""
    asyncio.run(load_signing())


@pytest.fixture(autouse=True, scope="session")
def unhurried() -> Generator[None]:
    """The loop is never late and the clock is never moved, so neither needs close watching."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop_lag, "_EVERY_S", 2.0)
        patch.setattr(timetable, "MAX_NAP_S", 3_600.0)
        yield
