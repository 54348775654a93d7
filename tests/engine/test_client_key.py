from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import ValidationError

from polyterm.engine.face import KeyReusedError
from tests.engine.desk import micro, open_desk
from tests.fakes.store import MemoryStore
from tests.fakes.virtual_time import run_virtual


def _keyed(**more: Any):
    return micro(limit="0.60", client_key="monday-1", **more)


def test_a_request_sent_twice_with_its_key_is_one_order() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            first = await desk.engine.submit_order(_keyed())
            assert await desk.engine.submit_order(_keyed()) == first
            assert len(desk.engine.list_orders()) == 1

    run_virtual(scenario())


def test_two_callers_at_the_same_time_share_one_order() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            ids = await asyncio.gather(*(desk.engine.submit_order(_keyed()) for _ in range(5)))
            assert len(set(ids)) == 1
            assert len(desk.store.parents) == 1

    run_virtual(scenario())


def test_a_key_outlives_the_engine_and_the_order() -> None:
    store = MemoryStore()

    async def scenario() -> None:
        async with open_desk(store=store) as desk:
            first = await desk.engine.submit_order(_keyed())
        async with open_desk(store=store) as desk:
            assert desk.engine.order_status(first).status.is_final
            assert await desk.engine.submit_order(_keyed()) == first
            assert len(desk.engine.list_orders()) == 1

    run_virtual(scenario())


def test_another_order_under_the_same_key_is_refused() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            first = await desk.engine.submit_order(_keyed())
            with pytest.raises(KeyReusedError, match=first):
                await desk.engine.submit_order(_keyed(size=50))
            assert len(desk.engine.list_orders()) == 1

    run_virtual(scenario())


def test_orders_without_a_key_are_never_taken_for_each_other() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            request = micro(limit="0.60")
            ids = {await desk.engine.submit_order(request) for _ in range(3)}
            assert len(ids) == 3

    run_virtual(scenario())


@pytest.mark.parametrize("key", ["", "two words", "x" * 65, "caf\u00e9"])
def test_a_key_is_short_and_plain(key: str) -> None:
    with pytest.raises(ValidationError):
        micro(client_key=key)
