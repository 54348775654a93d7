"""An engine that is killed anywhere: after its restart nothing is lost and nothing is doubled."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from polyterm.engine import prover
from polyterm.engine.engine import Engine
from polyterm.models.enums import OrderStatus
from polyterm.models.events import StopState
from polyterm.models.money import UNIT
from polyterm.simulator.local_exchange import LocalExchange
from polyterm.simulator.server import LocalExchangeServer
from tests.fakes.still_flow import unlimited
from tests.system.crash_floor import (
    PART,
    QuietFlow,
    bought,
    our_orders,
    outbid,
    resting,
    sell_a_part,
    sell_all,
    until,
)
from tests.system.crash_points import POINTS
from tests.system.crashing_engine import SHARES, engine_on

TARGET = SHARES * UNIT
MOVES: dict[str, Callable[[LocalExchange], Awaitable[None]]] = {
    "before a fill is recorded": sell_a_part,
    "after a fill is recorded": sell_a_part,
    "replace, between cancel and place": outbid,
}
"""What the market does meanwhile."""
EARLIER_LIFE = {
    "recovery, before reading orders": "after send, before the reply",
    "recovery, after reading trades": "before a fill is recorded",
}
"""Where the engine died first, so that there is something to recover."""
AT_THE_EXCHANGE = {
    "before sign": (0, 0),
    "after sign": (0, 0),
    "before commit": (0, 0),
    "after commit": (0, 0),
    "before send": (0, 0),
    "connect": (0, 0),
    "after cancel, before its proof": (1, 0),
    "replace, between cancel and place": (1, 0),
    "stop, after the cancel of all": (1, 0),
}
"""Orders that had arrived at the moment of death, and those still resting; else one and one."""

CALLED_OFF = {"before cancel", "after cancel, before its proof"}
"""The trader's wish may have been written down or not: nobody was told that it was."""


@pytest.mark.parametrize("point", POINTS)
async def test_38_a_kill_at(point: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # What a dead process sent over loopback has arrived long before the next one asks.
    monkeypatch.setattr(prover, "REQUEST_LIFETIME_S", 1.0)
    async with LocalExchangeServer(QuietFlow(), rules=unlimited()) as server:
        exchange = server.exchange
        for name in (EARLIER_LIFE.get(point), point):
            if name is not None:
                await _killed_at(name, server, tmp_path)
        arrived = (len(our_orders(exchange)), len(resting(exchange)))
        assert arrived == AT_THE_EXCHANGE.get(point, (1, 1))
        async with engine_on(tmp_path, server.url) as engine:
            await _ends_right(point, engine, exchange)
        assert resting(exchange) == []
    with closing(sqlite3.connect(tmp_path / "polyterm.db")) as journal:
        assert journal.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert journal.execute("SELECT body FROM events WHERE kind = 'Noticed'").fetchall() == []


async def _killed_at(name: str, server: LocalExchangeServer, directory: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.system.crashing_engine"),
        *(str(directory), server.url, name),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(30):
            if name in MOVES:
                await MOVES[name](server.exchange)
            told, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert (process.returncode, told.decode()) == (-signal.SIGKILL, name)


async def _ends_right(point: str, engine: Engine, exchange: LocalExchange) -> None:
    (order,) = engine.list_orders()
    is_stop = point.startswith("stop")
    assert (engine.health().stop.state is StopState.RUNNING) is not is_stop
    if point in {"before a fill is recorded", "recovery, after reading trades"}:
        await until(lambda: engine.order_status(order.order_id).filled == PART)

    def is_over() -> bool:
        return engine.order_status(order.order_id).status.is_final

    await (until(is_over) if is_stop else sell_all(exchange, is_over))
    detail = await engine.order_detail(order.order_id)
    known = {str(child.child_id): child.matched for child in detail.children}
    orders = {ours.id: ours.matched for ours in our_orders(exchange)}
    assert {child_id: known.get(child_id) for child_id in orders} == orders
    assert not any(size for child_id, size in known.items() if child_id not in orders)
    assert (detail.order.filled, detail.order.paid) == bought(exchange)
    if is_stop:
        assert (detail.order.status, detail.order.filled) == (OrderStatus.CANCELLED, 0)
    elif detail.order.status is not OrderStatus.CANCELLED or point not in CALLED_OFF:
        assert (detail.order.status, detail.order.filled) == (OrderStatus.COMPLETED, TARGET)
