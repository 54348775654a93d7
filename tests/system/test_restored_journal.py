"""A journal that was damaged or taken over, under an engine on a real exchange."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from polyterm.engine.clock import SystemClock
from polyterm.models.complaint import RefusedError
from polyterm.models.enums import OrderStatus
from polyterm.models.events import Event, Noticed
from polyterm.models.ids import OrderId
from polyterm.models.money import UNIT
from polyterm.simulator.server import LocalExchangeServer
from polyterm.storage import open_store
from polyterm.storage.backups import Backups
from polyterm.storage.restore import HELD
from tests.fakes.still_flow import unlimited
from tests.system.crash_floor import PART, QuietFlow, resting, sell_a_part, sell_all, until
from tests.system.crashing_engine import SHARES, engine_on, place, until_resting


@pytest_asyncio.fixture
async def server() -> AsyncGenerator[LocalExchangeServer]:
    async with LocalExchangeServer(QuietFlow(), rules=unlimited()) as server:
        yield server


async def _left_resting(directory: Path, server: LocalExchangeServer) -> OrderId:
    """An order that an engine placed and left in the book when it ended."""
    async with engine_on(directory, server.url) as engine:
        order_id = await place(engine)
        await until_resting(engine, order_id)
        engine.leave_orders_on_exit = True
    return order_id


async def test_41_a_restored_journal_is_rebuilt_from_the_exchange_and_waits_for_a_person(
    tmp_path: Path, server: LocalExchangeServer
) -> None:
    exchange, backups = server.exchange, Backups(tmp_path / "polyterm.db")
    known = await _left_resting(tmp_path, server)
    await _left_resting(tmp_path, server)
    first, since = (order.id for order in resting(exchange))
    backups.newest_first()[0].unlink()
    await sell_a_part(exchange)
    (tmp_path / "polyterm.db").write_bytes(b"no database at all" * 1_000)

    async with engine_on(tmp_path, server.url) as engine:
        (order,) = engine.list_orders()
        assert (order.order_id, order.status, order.reason) == (known, OrderStatus.PAUSED, HELD)
        assert order.filled == PART
        assert await _first_alarm(engine.events(after=0))
        assert [child.child_id for child in order.working] == [first]
        assert {order.id for order in resting(exchange)} == {first, since}
        await engine.resume_order(known)
        await sell_all(exchange, lambda: engine.order_status(known).status.is_final)
        assert engine.order_status(known).filled == SHARES * UNIT
    assert list(tmp_path.glob("polyterm.db.damaged-*"))


async def test_41_an_order_that_the_restored_journal_does_not_know_is_never_touched(
    tmp_path: Path, server: LocalExchangeServer
) -> None:
    async with engine_on(tmp_path, server.url):
        pass
    await _left_resting(tmp_path, server)
    (since,) = resting(server.exchange)
    Backups(tmp_path / "polyterm.db").newest_first()[0].unlink()
    (tmp_path / "polyterm.db").unlink()
    async with engine_on(tmp_path, server.url) as engine:
        (market,) = await engine.list_markets()
        await engine.watch_market(market)
        token = market.outcomes[0].token_id

        def shown() -> list[tuple[str, OrderId | None]]:
            snapshot = engine.snapshot(token)
            return [(own.child_id, own.order_id) for own in snapshot.own] if snapshot else []

        await until(shown)
        assert shown() == [(since.id, None)]
        assert engine.list_orders() == ()
    assert resting(server.exchange) == [since]


async def test_42_an_engine_whose_journal_was_opened_by_another_sends_nothing_more(
    tmp_path: Path, server: LocalExchangeServer
) -> None:
    async with engine_on(tmp_path, server.url) as engine:
        order_id = await place(engine)
        await until_resting(engine, order_id)
        async with open_store(tmp_path / "polyterm.db", SystemClock()):
            await sell_a_part(server.exchange)
            await until(lambda: "took over" in engine.health().problem)
            with pytest.raises(RefusedError, match="took over"):
                await place(engine)
    assert len(resting(server.exchange)) == 1


async def _first_alarm(events: AsyncIterator[Event]) -> str:
    async for event in events:
        if isinstance(event, Noticed) and event.is_alarm:
            return event.text
    return ""
